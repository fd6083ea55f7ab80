"""A frozen pack as a document: its values with where each is from, and the digest that its entry and its approval name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from incident.entries.outside.report_packs import FrozenField, PackFrozen
from incident.frozen import REDACTED
from incident.record.hash_chain import canonical, digest
from incident.rules.outside.pack_record import UNREADABLE, time_text
from incident.rules.outside.pack_values import PackValue

FORMAT: Final = "muster-pack/1"
_MARKUP: Final = re.compile(r"<(?:[@#]([A-Z0-9]+)(?:\|[^<>]*)?|!([^<>|]*)(?:\|[^<>]*)?|([^<>|]*)(?:\|([^<>]*))?)>")
_ESCAPES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


@dataclass(frozen=True)
class FrozenValue:
    """A field of a frozen pack with its value; None where it is missing."""

    field: FrozenField
    value: str | None


def content_of(values: tuple[PackValue, ...]) -> str:
    """Return the values to the letter, each with a line break after it, as the entry of a pack holds them.

    A redaction finds a text that is quoted in it, since nothing is escaped and no value touches the next.
    """
    return "".join(f"{one.value or ''}\n" for one in values)


def values_of(fact: PackFrozen) -> tuple[FrozenValue, ...] | None:
    """Return the fields of a frozen pack with their values; None once its content is redacted or masked."""
    if fact.content in UNREADABLE or len(fact.content) != sum(field.length + 1 for field in fact.fields):
        return None
    found, start = [], 0
    for field in fact.fields:
        end = start + field.length
        found.append(FrozenValue(field, None if field.origin == "missing" else fact.content[start:end]))
        start = end + 1
    return tuple(found)


def document(number: str, fact: PackFrozen) -> dict[str, Any] | None:
    """Return a pack as data without the markup of Slack, people by their ids; None once its content is gone or hidden."""
    values = values_of(fact)
    if values is None:
        return None
    return {
        "format": FORMAT,
        "incident": number,
        "pack": fact.pack,
        "regime": fact.regime,
        "obligation": fact.obligation,
        "revision": fact.revision,
        "law": fact.law,
        "checked_on": fact.checked_on,
        "as_of": time_text(fact.as_of),
        "fields": {one.field.field: _field(one) for one in values},
    }


def document_text(number: str, fact: PackFrozen) -> str | None:
    """Return a pack as canonical JSON; None once its content is gone or hidden."""
    found = document(number, fact)
    return None if found is None else canonical(found)


def with_digest(number: str, fact: PackFrozen) -> PackFrozen:
    """Return a pack that is to be frozen, with the digest of its document. Raises ValueError for content that is gone."""
    text = document_text(number, fact)
    if text is None:
        raise ValueError(f"a pack cannot be frozen without its content, or with {REDACTED} in its place")
    return fact.model_copy(update={"sha256": digest(text)})


def plain(text: str) -> str:
    """Return a text without the markup of Slack: a mention is the id of its person, a link its label and address."""
    found = _MARKUP.sub(_shown, text)
    for escape, character in _ESCAPES:
        found = found.replace(escape, character)
    return found


def _shown(match: re.Match[str]) -> str:
    person, command, address, label = match.groups()
    if person or command:
        return f"@{person or command}"
    return f"{label} ({address})" if label and label != address else address


def _field(one: FrozenValue) -> dict[str, Any]:
    field = one.field
    return {
        "stage": field.stage,
        "label": field.label,
        "value": None if one.value is None else plain(one.value),
        "origin": field.origin,
        "entries": list(field.entries),
        "by": field.by,
        "basis": field.basis,
    }
