"""Parses a period, which fills two fields: `18:00 22:00`, `from friday 18:00 to monday 09:00`, `18:00-22:00`, `for 4 hours`.

A clock time or a length after the start is counted from the start. Knows the fields that start and end a period; knows no verb.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from bot.grammar.datetime_parser import TimeReading, read_time
from bot.grammar.field_values import take_value
from bot.grammar.parse_state import ParseState
from bot.grammar.times.time_zones import read_zone
from bot.grammar.tokenizer import Token
from bot.grammar.value_parser import ParsedValue, Vocabulary
from commands.core.fields.form_field import Control, FormField
from incident.frozen import utc_text

_RANGE: Final = re.compile(r"(?P<start>[\d:.]+(?:[ap]m)?)[-–—](?P<end>\d[\d:.]*(?:[ap]m)?)", re.IGNORECASE)
_FROM: Final = frozenset({"from", "between"})
_TO: Final = frozenset({"to", "until", "till", "til", "and", "-", "–", "—", "for"})
_A_DAY: Final = timedelta(days=1)


class _Part(NamedTuple):
    """One end of a period: its reading, and the words that it took."""

    reading: TimeReading
    words: list[str]


def take_period(state: ParseState, tokens: Sequence[Token]) -> bool:
    """Fill the two fields of a period with the next tokens, or one of them with a day or a length; False if they are none."""
    name = next((name for name, one in state.empty_fields() if one.ends and is_for_choice(state, one)), "")
    ends = state.form_fields[name].ends if name else ""
    words = [part for token in tokens for part in _split(token.raw)]
    found = _period(words, state.vocabulary) if ends and ends not in state.values else None
    if found is not None:
        start, end, count = found
        _take(state, name, start)
        _take(state, ends, end)
        _consume(state, tokens, count)
        return True
    return _take_one(state, tokens, words, name)


def _take_one(state: ParseState, tokens: Sequence[Token], words: Sequence[str], start: str) -> bool:
    """Fill the end with a length of time (`for 4 hours`), or ask about a start that names no time of the day."""
    skipped = int(words[0].lower() in (*_FROM, "for", "on"))
    part = _read(words[skipped:], state.vocabulary, state.vocabulary.at)
    end = next((key for key, one in state.empty_fields() if is_end(state, key, one)), "")
    if part is None or part.reading.at is None:
        return False
    if not part.reading.is_length and (not start or part.reading.has_clock or state.form_fields[start].by_day):
        return False
    name = end if part.reading.is_length else start
    if not name:
        return False
    _take(state, name, part)
    _consume(state, tokens, skipped + len(part.words))
    return True


def is_for_choice(state: ParseState, form_field: FormField) -> bool:
    """True unless the verb's leading choice is made and does not take the field."""
    choices = [name for name, one in state.form_fields.items() if one.leading and one.control is Control.CHOICE]
    chosen = state.values.get(choices[0]) if choices else None
    return chosen is None or not form_field.only or chosen in form_field.only


def is_end(state: ParseState, name: str, form_field: FormField) -> bool:
    """True for the field that ends a period."""
    return any(one.ends == name for one in state.form_fields.values()) and is_for_choice(state, form_field)


def _split(word: str) -> list[str]:
    """Return the two times of `18:00-22:00`, else the word."""
    found = _RANGE.fullmatch(word.rstrip(",;."))
    return [found["start"], found["end"]] if found else [word]


def _period(words: Sequence[str], vocabulary: Vocabulary) -> tuple[_Part, _Part, int] | None:
    skipped = int(words[0].lower() in _FROM)
    start = _read(words[skipped:], vocabulary, vocabulary.at)
    if start is None or start.reading.at is None or start.reading.is_length:
        return None
    count = skipped + len(start.words)
    joined = count < len(words) and words[count].lower() in _TO
    rest = words[count + joined :]
    end = _read(rest, vocabulary, vocabulary.at)
    if end is None:
        return None
    zone = end.words[-1:]
    if _is_zone(zone) and not _is_zone(start.words[-1:]):
        start = _read([*start.words, *zone], vocabulary, vocabulary.at) or start
    if end.reading.is_length or (end.reading.at and start.reading.at and end.reading.at <= start.reading.at):
        end = _read(rest, vocabulary, start.reading.at or vocabulary.at) or end
    return start, _near(start, end), count + joined + len(end.words)


def _is_zone(words: Sequence[str]) -> bool:
    found = read_zone(words) if words and words[0].isupper() else None
    return found is not None and found.zone is not None


def _near(start: _Part, end: _Part) -> _Part:
    """Return the end without the question whether another day is meant, if it is within a day of the start."""
    first, last = start.reading.at, end.reading.at
    if end.reading.doubt == "other_day" and first and last and first < last <= first + _A_DAY:
        return end._replace(reading=end.reading._replace(doubt=""))
    return end


def _read(words: Sequence[str], vocabulary: Vocabulary, at: datetime) -> _Part | None:
    """Read a time, and once more without the words after it, which could make it a range."""
    found = read_time(words, at=at, zone=vocabulary.zone) if words else None
    if found is None:
        return None
    own = list(words[: found.words])
    reading = read_time(own, at=at, zone=vocabulary.zone)
    return _Part(reading, own) if reading is not None and reading.words == found.words else None


def _take(state: ParseState, name: str, part: _Part) -> None:
    """Fill a field. A day alone is asked about, unless the field takes any time of it."""
    reading = part.reading
    is_day = not (reading.has_clock or reading.is_length or state.form_fields[name].by_day)
    doubt = reading.doubt or ("no_clock" if is_day and part.words[0].lower() != "now" else "")
    value = ParsedValue(utc_text(reading.at) if reading.at else None, len(part.words), doubt=doubt)
    take_value(state, name, value, " ".join(part.words))


def _consume(state: ParseState, tokens: Sequence[Token], count: int) -> None:
    """Move behind so many words, of which two may be one token."""
    taken = 0
    for number, token in enumerate(tokens, 1):
        taken += len(_split(token.raw))
        if taken >= count:
            state.consume(tokens, number)
            return
