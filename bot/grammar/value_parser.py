"""Reads one field's value from the words of a typed line. Knows the controls a field is filled by, and no verb.

Each reader looks at the words from one place on and gives the value with how many words it took, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from pydantic import JsonValue

from bot.grammar.datetime_parser import MOST_WORDS, parse_datetime, parse_minutes
from commands.core.fields.form_field import Control, FormField
from incident.frozen import utc_text
from roles.person_ids import PersonId
from roles.role_names import read_role

_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>,?")
_NUMBERED: Final = re.compile(r"[A-Za-z]{0,4}-?\d{1,6}")
_ENTRY: Final = re.compile(r"#?(\d{1,9})")
_LEVELS: Final = {"1": 1, "2": 2, "3": 3, "high": 1, "medium": 2, "low": 3}
_YES: Final = frozenset({"yes", "true", "on", "1"})


@dataclass(frozen=True)
class Vocabulary:
    """What a line is read against: now, the person's zone, whom names mean, and the services of the catalogue.

    `person` gets a Slack user id for a mention, and otherwise the word as it was typed without its `@`.
    """

    at: datetime
    zone: str
    person: Callable[[str], PersonId | None]
    services: Collection[str]


class ParsedValue(NamedTuple):
    """A value and how many words it took. `plain` when the words could as well be the start of a sentence."""

    value: JsonValue
    words: int
    plain: bool = False


def parse_value(ask: FormField, words: Sequence[str], known: Vocabulary) -> ParsedValue | None:
    """Read a value of the field's control from the first of the words, or give nothing."""
    reader = _READERS.get(ask.control)
    return reader(ask, words, known) if words and reader else None


def looks_like_person(word: str) -> bool:
    """Tell whether a word can only be meant as somebody's name."""
    return word.startswith(("<@", "@")) and len(word) > 1


def _person(_: FormField, words: Sequence[str], known: Vocabulary) -> ParsedValue | None:
    mention = _MENTION.fullmatch(words[0])
    who = known.person(mention[1] if mention else words[0].rstrip(",").removeprefix("@"))
    return ParsedValue(who, 1, plain=not looks_like_person(words[0])) if who else None


def _role(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    for count in (2, 1):
        role = read_role(" ".join(words[:count]).rstrip(",")) if len(words) >= count else None
        if role is not None:
            return ParsedValue(role.value, count, plain=True)
    return None


def _service(_: FormField, words: Sequence[str], known: Vocabulary) -> ParsedValue | None:
    names = {_slug(name): name for name in known.services}
    for count in (3, 2, 1):
        name = names.get(_slug(" ".join(words[:count]))) if len(words) >= count else None
        if name is not None:
            return ParsedValue(name, count, plain=True)
    return None


def _choice(ask: FormField, words: Sequence[str], _: Vocabulary) -> ParsedValue | None:
    for count in (3, 2, 1):
        if len(words) >= count and (value := _chosen(ask, " ".join(words[:count]))):
            return ParsedValue(value, count, plain=True)
    return None


def _chosen(ask: FormField, said: str) -> str | None:
    """Match a choice by its value; when the field is needed, any word that only one value has will do."""
    slug, values = _slug(said), {_slug(value): value for value, _ in ask.choices}
    if slug in values:
        return values[slug]
    near = [value for key, value in values.items() if slug in key.split("_")] if ask.needed and len(slug) > 2 else []
    return near[0] if len(near) == 1 else None


def _choices(ask: FormField, words: Sequence[str], _: Vocabulary) -> ParsedValue | None:
    found: list[str] = []
    taken = 0
    for place, word in enumerate(words):
        named = [_slug(part) for part in word.split(",") if part]
        if not named or not all(_is_one_of(ask, part) for part in named):
            if _slug(word) not in ("and", "&") or not found:
                break
            continue
        found += [part for part in named if part not in found]
        taken = place + 1
    return ParsedValue([*found], taken, plain=len(found) > 1 or "all" in found) if found else None


def _is_one_of(ask: FormField, slug: str) -> bool:
    return any(slug == value for value, _ in ask.choices)


def _level(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    level = _LEVELS.get(words[0].rstrip(",").lower())
    return ParsedValue(level, 1, plain=True) if level else None


def _moment(ask: FormField, words: Sequence[str], known: Vocabulary) -> ParsedValue | None:
    for count in range(min(MOST_WORDS, len(words)), 0, -1):
        said = " ".join(words[:count]).rstrip(",;")
        moment = parse_datetime(said, at=known.at, zone=known.zone, past=ask.past)
        if moment is not None:
            return ParsedValue(utc_text(moment), count)
    return None


def _minutes(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    for count in (4, 2, 1):
        minutes = parse_minutes(" ".join(words[:count]).rstrip(",")) if len(words) >= count else None
        if minutes is not None:
            return ParsedValue(minutes, count)
    return None


def _entry(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    found = _ENTRY.fullmatch(words[0].rstrip(":"))
    return ParsedValue(int(found[1]), 1) if found else None


def _word(ask: FormField, words: Sequence[str], _: Vocabulary) -> ParsedValue | None:
    """Take one word; where a text may stand instead, only one with a number in it, such as A1 or INC-2026-0042."""
    is_id = bool(_NUMBERED.fullmatch(words[0])) or words[0].upper().startswith("INC-")
    return ParsedValue(words[0], 1) if is_id or ask.needed else None


def _any_word(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    return ParsedValue(words[0], 1)


def _check(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    return ParsedValue(words[0].lower() in _YES, 1)


def _slug(said: str) -> str:
    return said.strip().rstrip(",").lower().replace("-", "_").replace(" ", "_")


_READERS: Final[dict[Control, Callable[[FormField, Sequence[str], Vocabulary], ParsedValue | None]]] = {
    Control.PERSON: _person,
    Control.ROLE: _role,
    Control.SERVICE: _service,
    Control.CHOICE: _choice,
    Control.CHOICES: _choices,
    Control.AUDIENCES: _choices,
    Control.LEVEL: _level,
    Control.MOMENT: _moment,
    Control.MINUTES: _minutes,
    Control.ENTRY: _entry,
    Control.WORD: _word,
    Control.LINE: _any_word,
    Control.CHECK: _check,
}
