"""Parses the value of one field from the words of a typed line. Knows the controls of form fields; knows no verb.

Each parser looks at the words from the front and returns the value and how many words it took, or None:

| control | examples |
|---|---|
| person | `<@U12AB>`, `@ilse`, `ilse` |
| role | `commander`, `IC`, `comms lead` |
| service | `checkout`, `internal tools` |
| choice | `false alarm`, `duplicate`; `monitoring` where one choice alone has that word |
| choices, audiences | `internal`, `internal,exec`, `internal, exec and customer` |
| level | `1`, `2`, `3`, `high`, `medium`, `low` |
| moment | `16:30`, `45m`, `tomorrow 09:00` (`datetime_parser`) |
| minutes | `45`, `1h30m`, `2 hours` (`datetime_parser`) |
| entry | `#12`, `12` |
| word | `A1`, `INC-2026-0042`; any word where the field is needed |
| line | any word; several in quotes |
| check | `yes`, `true`, `on`, `1`; anything else is no |

A comma after a word belongs to no value.
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
from roles.person_ids import PersonId, outside_person
from roles.role_names import read_role

_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>,?")
_SHORT_ID: Final = re.compile(r"[A-Za-z]{0,4}-?\d{1,6}")
_ENTRY: Final = re.compile(r"#?(\d{1,9})")
_LEVELS: Final = {"1": 1, "2": 2, "3": 3, "high": 1, "medium": 2, "low": 3}
_YES: Final = frozenset({"yes", "true", "on", "1"})


@dataclass(frozen=True)
class Vocabulary:
    """What values are parsed against: the time (UTC), the author's time zone, the people and the services.

    `person` is called with a Slack user id for a mention, otherwise with the word as typed, without its `@`.
    """

    at: datetime
    zone: str
    person: Callable[[str], PersonId | None]
    services: Collection[str]


class ParsedValue(NamedTuple):
    """A value and how many words it took. `plain` if the words could as well begin a sentence."""

    value: JsonValue
    words: int
    plain: bool = False


def parse_value(form_field: FormField, words: Sequence[str], vocabulary: Vocabulary) -> ParsedValue | None:
    """Parse a value of the field's control from the front of the words; None if they do not fit."""
    parser = _PARSERS.get(form_field.control)
    return parser(form_field, words, vocabulary) if words and parser else None


def looks_like_person(word: str) -> bool:
    """True if a word can only be meant as a person: a mention or a name with `@`."""
    return word.startswith(("<@", "@")) and len(word) > 1


def _person(form_field: FormField, words: Sequence[str], vocabulary: Vocabulary) -> ParsedValue | None:
    mention = _MENTION.fullmatch(words[0])
    person = vocabulary.person(mention[1] if mention else words[0].rstrip(",").removeprefix("@"))
    if person is None and form_field.outside and " " in words[0] and not looks_like_person(words[0]):
        return ParsedValue(outside_person(words[0]), 1)
    return ParsedValue(person, 1, plain=not looks_like_person(words[0])) if person else None


def _role(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    for count in (2, 1):
        role = read_role(" ".join(words[:count]).rstrip(",")) if len(words) >= count else None
        if role is not None:
            return ParsedValue(role.value, count, plain=True)
    return None


def _service(_: FormField, words: Sequence[str], vocabulary: Vocabulary) -> ParsedValue | None:
    names = {_slug(name): name for name in vocabulary.services}
    for count in (3, 2, 1):
        name = names.get(_slug(" ".join(words[:count]))) if len(words) >= count else None
        if name is not None:
            return ParsedValue(name, count, plain=True)
    return None


def _choice(form_field: FormField, words: Sequence[str], _: Vocabulary) -> ParsedValue | None:
    for count in (3, 2, 1):
        if len(words) >= count and (value := _choice_named(form_field, " ".join(words[:count]))):
            return ParsedValue(value, count, plain=True)
    return None


def _choice_named(form_field: FormField, text: str) -> str | None:
    """Return the choice of that value; if the field is needed, also the only choice with that word in its value."""
    slug, values = _slug(text), {_slug(value): value for value, _ in form_field.choices}
    if slug in values:
        return values[slug]
    is_distinctive = form_field.needed and len(slug) > 2
    matching = [value for key, value in values.items() if slug in key.split("_")] if is_distinctive else []
    return matching[0] if len(matching) == 1 else None


def _choices(form_field: FormField, words: Sequence[str], _: Vocabulary) -> ParsedValue | None:
    """Parse choices separated by spaces, commas, `and` or `&`."""
    found: list[str] = []
    count = 0
    for index, word in enumerate(words):
        named = [_slug(part) for part in word.split(",") if part]
        if not named or not all(_is_choice(form_field, part) for part in named):
            if _slug(word) not in ("and", "&") or not found:
                break
            continue
        found += [part for part in named if part not in found]
        count = index + 1
    return ParsedValue([*found], count, plain=len(found) > 1 or "all" in found) if found else None


def _is_choice(form_field: FormField, slug: str) -> bool:
    return any(slug == value for value, _ in form_field.choices)


def _level(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    level = _LEVELS.get(words[0].rstrip(",").lower())
    return ParsedValue(level, 1, plain=True) if level else None


def _moment(form_field: FormField, words: Sequence[str], vocabulary: Vocabulary) -> ParsedValue | None:
    for count in range(min(MOST_WORDS, len(words)), 0, -1):
        text = " ".join(words[:count]).rstrip(",;")
        moment = parse_datetime(text, at=vocabulary.at, zone=vocabulary.zone, past=form_field.past)
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


def _word(form_field: FormField, words: Sequence[str], _: Vocabulary) -> ParsedValue | None:
    """Parse one word. If the field is not needed, the word must be an id, since it could begin the text otherwise."""
    is_id = bool(_SHORT_ID.fullmatch(words[0])) or words[0].upper().startswith("INC-")
    return ParsedValue(words[0], 1) if is_id or form_field.needed else None


def _any_word(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    return ParsedValue(words[0], 1)


def _check(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    return ParsedValue(words[0].lower() in _YES, 1)


def _slug(text: str) -> str:
    return text.strip().rstrip(",").lower().replace("-", "_").replace(" ", "_")


_PARSERS: Final[dict[Control, Callable[[FormField, Sequence[str], Vocabulary], ParsedValue | None]]] = {
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
