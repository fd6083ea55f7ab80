"""Reads the hashed text of an entry: at once where it has the shape in which Muster writes it, else as any JSON.

A text of that shape has one reading only, the same that the parser gives; the facts in it are parsed in either case.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

from pydantic_core import from_json, to_json

from incident.entry import EntryPoint, Source
from incident.record.hash_chain import ALGORITHM, FORMAT

Header: TypeAlias = tuple[str, str, str, str, str, str, str, str, str, str, str, str | None]
"""By, facts, incident, kind, number, occurred at, previous hash, recorded at, source, team, version, digest of the texts.

Facts and source are JSON. As a tuple, because one is made of every entry.
"""

_TEXT: Final = '[^"]*'
# What is compared with nothing else may not hold a control character, which is no JSON.
_SAID: Final = r'[^"\x00-\x1f]*'
_MAYBE: Final = f'(?:null|"{_SAID}")'
_NUMBER: Final = "([1-9][0-9]{0,14})"
_SOURCE: Final = (
    rf'(\{{"channel":{_MAYBE},"event":{_MAYBE},"message":{_MAYBE},"surface":"(?:{"|".join(EntryPoint)})"\}})'
)
_WRITTEN: Final = re.compile(
    rf'\{{"alg":"{ALGORITHM}","by":"({_SAID})","facts":(\{{.*\}}),"format":"{FORMAT}","incident":"({_TEXT})",'
    rf'"kind":"({_TEXT})","n":{_NUMBER},"occurred_at":"({_TEXT})","prev":"({_TEXT})","recorded_at":"({_TEXT})",'
    rf'"source":{_SOURCE},"team":"({_TEXT})","version":{_NUMBER},"words":(?:null|"({_TEXT})")\}}'
).fullmatch


class UnknownFormat(ValueError):  # noqa: N818 - named after the condition
    """The text is of another format or hash than this Muster knows."""


def read_header(text: str) -> Header:
    """Return what a hashed text says. Raises UnknownFormat, LookupError, TypeError or ValueError for any other text."""
    # A backslash may escape a quote.
    written = _WRITTEN(text) if "\\" not in text else None
    if written is None:
        return _parsed(text)
    header: Header = written.groups()  # type: ignore[assignment]
    return header


def _parsed(text: str) -> Header:
    found: dict[str, Any] = from_json(text)
    if (found["format"], found["alg"]) != (FORMAT, ALGORITHM):
        raise UnknownFormat(str(found["format"])[:40])
    names = ("by", "incident", "kind", "occurred_at", "prev", "recorded_at", "team")
    by, incident, kind, occurred_at, prev, recorded_at, team = (_text(found[name]) for name in names)
    facts = to_json(found["facts"]).decode()
    source = Source.model_validate(found["source"]).model_dump_json()
    n, version, words = _digits(found["n"]), _digits(found["version"]), found["words"]
    texts = None if words is None else _text(words)
    return by, facts, incident, kind, n, occurred_at, prev, recorded_at, source, team, version, texts


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _digits(value: object) -> str:
    if type(value) is not int:
        raise TypeError("not a whole number")
    return str(value)
