"""Parses the value of one field from the words of a typed line. Knows the controls of form fields; knows no verb.

Each parser looks at the words from the front and returns the value and how many words it took, or None:

| control | examples |
|---|---|
| person | `<@U12AB>`, `@ilse`, `ilse`, `me` |
| role | `commander`, `IC`, `comms lead`, `incident commander` |
| service | `checkout`, `internal tools` |
| services | `checkout`, `checkout, internal tools and search` |
| schedule | `payments`; a service names its schedule |
| choice | `false alarm`, `duplicate`; `monitoring` where one choice alone has that word; synonyms of the field (`dupe`) |
| choices, audiences | `internal`, `internal,exec`, `customers`, `internal, exec and customer` |
| level | `1`, `2`, `3`, `high`, `medium`, `low` |
| moment | `16:30`, `45m`, `tomorrow 09:00` (`datetime_parser`) |
| minutes | `45`, `1h30m`, `2 hours` (`datetime_parser`) |
| entry | `#12`, `12`, `E12`, `entry 12` |
| incident | `42`, `#42`, `INC-2026-0042`, its channel, the link of a message in it |
| word | `A1`; an id, or any word after its name |
| line | any word, or one of the field's pattern; several in quotes |
| check | `yes`, `true`, `on`, `1`; anything else is no |

Punctuation after a word belongs to no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from pydantic import JsonValue

from bot.grammar.datetime_parser import MOST_WORDS, parse_minutes, read_time
from bot.grammar.text.amounts import is_amount
from bot.grammar.text.fixed_words import choice_named, fixed_words, slug
from commands.core.fields.form_field import Control, FormField
from incident.frozen import utc_text
from roles.person_ids import PersonId, outside_person
from roles.role_names import read_role

INCIDENT_NUMBER: Final = re.compile(r"#?INC-(?:\d{4}-)?\d{1,6}", re.IGNORECASE)
_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_CHANNEL: Final = re.compile(r"<#[CG][A-Z0-9]+(?:\|[^<>]*)?>")
_LINK: Final = re.compile(r"https?://\S+/archives/[CGD][A-Z0-9]+\S*")
_CHANNEL_NAME: Final = re.compile(r"#?(INC-\d{4}-\d{1,6})-[\w-]+", re.IGNORECASE)
_SHORT_NUMBER: Final = re.compile(r"#\d{1,6}")
_LONE_NUMBER: Final = re.compile(r"#?\d{1,6}|\d{4}-\d{1,6}")
_SHORT_ID: Final = re.compile(r"[A-Za-z]{0,4}-?\d{1,6}")
_ENTRY: Final = re.compile(r"(?:#|[Ee]-?)?(\d{1,9})")
_ENTRY_WORDS: Final = frozenset({"entry", "number", "no", "nr", "#"})
LEVELS: Final = {"1": 1, "2": 2, "3": 3, "high": 1, "medium": 2, "low": 3}
_YES: Final = frozenset({"yes", "true", "on", "1"})
# Slack's names for everyone in a channel, which are no person's.
_EVERYONE: Final = frozenset({"channel", "here", "everyone"})
_PUNCTUATION: Final = ",;:.!"
_AND: Final = frozenset({"and", "&", "+"})


@dataclass(frozen=True)
class Vocabulary:
    """What values are parsed against: the time (UTC), the author's time zone, the people and the services.

    `person` is called with a Slack user id for a mention, otherwise with the word as typed, without its `@`. `priorities`
    are the pairs of impact and urgency that give each priority. `schedules` are the words for each on-call schedule: its name,
    and those of its services. `near` (UTC) is a moment of another day to which a past clock time alone is nearest.
    """

    at: datetime
    zone: str
    person: Callable[[str], PersonId | None]
    services: Collection[str]
    priorities: Mapping[str, Collection[tuple[int, int]]] = field(default_factory=dict)
    schedules: Mapping[str, str] = field(default_factory=dict)
    near: datetime | None = None


class ParsedValue(NamedTuple):
    """A value and how many words it took. `plain` if the words could as well start a sentence.

    `doubt` says why the value is asked about (a key of the sentences), if it is; the value is the likeliest one, or None.
    """

    value: JsonValue
    words: int
    plain: bool = False
    doubt: str = ""


def parse_value(form_field: FormField, words: Sequence[str], vocabulary: Vocabulary) -> ParsedValue | None:
    """Parse a value of the field's control from the front of the words; None if they do not fit."""
    if form_field.control is Control.MOMENT:
        return _moment(form_field, words, vocabulary) if words else None
    parser = _PARSERS.get(form_field.control)
    plain = [word.rstrip(_PUNCTUATION) or word for word in words[:MOST_WORDS]]
    return parser(form_field, plain, vocabulary) if plain and parser else None


def looks_like_person(word: str) -> bool:
    """True if a word can only be meant as a person: a mention or a name with `@`."""
    is_name = word.startswith("@") and word[1:2].isalnum() and word[1:].lower() not in _EVERYONE
    return word.startswith("<@") or is_name


def is_incident(word: str) -> bool:
    """True if a word can only be meant as an incident: its number with `INC-` or `#`, its channel, a message in it."""
    patterns = (INCIDENT_NUMBER, _CHANNEL, _LINK, _CHANNEL_NAME, _SHORT_NUMBER)
    return any(pattern.fullmatch(word) for pattern in patterns)


def _person(form_field: FormField, words: Sequence[str], vocabulary: Vocabulary) -> ParsedValue | None:
    mention = _MENTION.fullmatch(words[0])
    person = vocabulary.person(mention[1] if mention else words[0].removeprefix("@"))
    if person is None and form_field.outside and " " in words[0] and not looks_like_person(words[0]):
        return ParsedValue(outside_person(words[0]), 1)
    return ParsedValue(person, 1, plain=not looks_like_person(words[0])) if person else None


def _role(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    for count in (3, 2, 1):
        role = read_role(" ".join(words[:count])) if len(words) >= count else None
        if role is not None:
            following = words[count : count + 1]
            return ParsedValue(role.value, count + (following == ["role"]), plain=True)
    return None


def _service(_: FormField, words: Sequence[str], vocabulary: Vocabulary) -> ParsedValue | None:
    return _listed({slug(name): name for name in vocabulary.services}, words)


def _schedule(_: FormField, words: Sequence[str], vocabulary: Vocabulary) -> ParsedValue | None:
    return _listed({slug(word): name for word, name in vocabulary.schedules.items()}, words)


def _listed(names: Mapping[str, str], words: Sequence[str]) -> ParsedValue | None:
    for count in (3, 2, 1):
        name = names.get(slug(" ".join(words[:count]))) if len(words) >= count else None
        if name is not None:
            return ParsedValue(name, count, plain=True)
    return None


def _services(form_field: FormField, words: Sequence[str], vocabulary: Vocabulary) -> ParsedValue | None:
    """Parse services separated by spaces, commas, `and` or `&`."""
    found: list[JsonValue] = []
    count = index = 0
    while index < len(words):
        named = _service(form_field, words[index:], vocabulary)
        joined = [_service(form_field, [part], vocabulary) for part in re.split(r"[,+/]", words[index]) if part]
        several = [named] if named else joined
        values = [one.value for one in several if one is not None]
        if len(values) == len(several):
            found += [value for value in dict.fromkeys(map(str, values)) if value not in found]
            index += named.words if named else 1
            count = index
        elif found and words[index].lower() in _AND:
            index += 1
        else:
            break
    return ParsedValue(found, count, plain=True) if found else None


def _choice(form_field: FormField, words: Sequence[str], _: Vocabulary) -> ParsedValue | None:
    longest = max((key.count("_") + 2 for key in fixed_words(form_field)), default=1)
    for count in range(min(longest, len(words)), 0, -1):
        if value := choice_named(form_field, " ".join(words[:count])):
            return ParsedValue(value, count, plain=True)
    return None


def _choices(form_field: FormField, words: Sequence[str], _: Vocabulary) -> ParsedValue | None:
    """Parse choices separated by spaces, commas, strokes, `and` or `&`."""
    fixed = fixed_words(form_field)
    found: list[str] = []
    count = index = 0
    while index < len(words):
        two = words[index : index + 2]
        both = fixed.get(slug(" ".join(two))) if len(two) == 2 else None
        parts = [] if both else [slug(part) for part in re.split(r"[,/+]", words[index]) if part]
        named = [both] if both else [fixed.get(part) for part in parts]
        # After others, `all` belongs to the text: `internal all good`.
        if not named or None in named or (found and "all" in named):
            if slug(words[index]) not in ("and", "&", "+", "to", "the") or not found:
                break
            index += 1
            continue
        found += [value for value in dict.fromkeys(named) if value is not None and value not in found]
        index += 2 if both else 1
        count = index
    values = {slug(value) for value, _ in form_field.choices}
    is_everyday = any(slug(word) in fixed and slug(word) not in values for word in words[:count])
    return ParsedValue([*found], count, plain=len(found) > 1 or "all" in found or is_everyday) if found else None


def _level(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    level = LEVELS.get(words[0].lower())
    return ParsedValue(level, 1, plain=True) if level else None


def _moment(form_field: FormField, words: Sequence[str], vocabulary: Vocabulary) -> ParsedValue | None:
    near = vocabulary.near if form_field.past else None
    found = read_time(words, at=vocabulary.at, zone=vocabulary.zone, past=form_field.past, near=near)
    if found is None:
        return None
    value = None if found.at is None else utc_text(found.at)
    doubt = "" if form_field.by_day and found.doubt == "no_clock" else found.doubt
    return ParsedValue(value, found.words, plain=found.is_length and found.words > 1, doubt=doubt)


def _minutes(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    for count in (4, 3, 2, 1):
        minutes = parse_minutes(" ".join(words[:count])) if len(words) >= count else None
        if minutes is not None:
            return ParsedValue(minutes, count)
    return None


def _entry(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    skipped = 1 if words[0].lower() in _ENTRY_WORDS and len(words) > 1 else 0
    found = _ENTRY.fullmatch(words[skipped])
    return ParsedValue(int(found[1]), 1 + skipped) if found else None


def _incident(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    """Parse a reference to an incident; a lone number could as well start a sentence."""
    word = words[0]
    if INCIDENT_NUMBER.fullmatch(word):
        return ParsedValue(word.removeprefix("#").upper(), 1)
    if _CHANNEL.fullmatch(word) or _LINK.fullmatch(word):
        return ParsedValue(word, 1)
    if named := _CHANNEL_NAME.fullmatch(word):
        return ParsedValue(named[1].upper(), 1)
    return ParsedValue(word, 1, plain=word.isdigit()) if _LONE_NUMBER.fullmatch(word) else None


def _word(form_field: FormField, words: Sequence[str], _: Vocabulary) -> ParsedValue | None:
    """Parse one word: an id, since any other word could start the text. A number that counts something is asked about."""
    pattern = re.compile(form_field.pattern, re.IGNORECASE) if form_field.pattern else _SHORT_ID
    if not pattern.fullmatch(words[0]):
        return None
    doubt = "number" if is_amount(words, is_count=bool(form_field.pattern)) else ""
    return ParsedValue(words[0], 1, doubt=doubt)


def _any_word(form_field: FormField, words: Sequence[str], _: Vocabulary) -> ParsedValue | None:
    """Parse one word, or several that are a fixed phrase of the field."""
    for count in range(len(words), 1, -1):
        if form_field.synonyms and (value := fixed_words(form_field).get(slug(" ".join(words[:count]).rstrip("?")))):
            return ParsedValue(value, count)
    return ParsedValue(words[0], 1) if re.fullmatch(form_field.pattern or r"(?s:.+)", words[0]) else None


def _check(_: FormField, words: Sequence[str], __: Vocabulary) -> ParsedValue | None:
    return ParsedValue(words[0].lower() in _YES, 1)


_PARSERS: Final[dict[Control, Callable[[FormField, Sequence[str], Vocabulary], ParsedValue | None]]] = {
    Control.PERSON: _person,
    Control.ROLE: _role,
    Control.SERVICE: _service,
    Control.SERVICES: _services,
    Control.SCHEDULE: _schedule,
    Control.CHOICE: _choice,
    Control.CHOICES: _choices,
    Control.AUDIENCES: _choices,
    Control.LEVEL: _level,
    Control.MINUTES: _minutes,
    Control.ENTRY: _entry,
    Control.INCIDENT: _incident,
    Control.WORD: _word,
    Control.LINE: _any_word,
    Control.CHECK: _check,
}
