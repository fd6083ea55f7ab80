"""Finds times in a text: a stamp before it, a time at its start or end, the value of a field that is named in words.

Knows which fields take times; which of them is meant is for the person to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from itertools import takewhile
from math import ceil
from typing import Final

from bot.grammar.datetime_parser import MARKS, MOST_WORDS, TimeReading, begins_near_a_time, looks_like_time, read_time
from bot.grammar.field_values import other_day_of, take_value, value_after_fillers
from bot.grammar.parse_state import HAPPENED, ParseState
from bot.grammar.period_parser import is_for_choice
from bot.grammar.times.clock_words import DOTTED, DOTTED_CLOCK
from bot.grammar.tokenizer import SEPARATORS, Token
from bot.grammar.value_parser import parse_value
from commands.core.fields.form_field import Control, FormField
from incident.frozen import utc_text

TIMED: Final = frozenset({Control.MOMENT, Control.MINUTES})
_PREPOSITIONS: Final = frozenset(
    {
        "at",
        "since",
        "from",
        "on",
        "by",
        "until",
        "till",
        "as",
        "of",
        "around",
        "about",
        "ca",
        "circa",
        "approx",
        "~",
        "•",
        "*",
    }
)
# `11.20 UTC`, `9.6. 03:58`: no form that is read, and yet a time.
_DOTTED_CLOCK: Final = re.compile(r"\d{1,2}\.\d{2} (?:[A-Z]{2,4}|Uhr|h|[ap]m)\b")
_DOTTED_DATE: Final = re.compile(r"\d{1,2}[./]\d{1,2}\.? \d{1,2}[:.]\d{2}\b")
# `0358: pager fired`, `03.58 - pager fired`.
_BARE_CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3])\.?[0-5]\d(?::| [-–—] )")
# After these `16.42` at the end of a text is a clock time; elsewhere it is a number (`load is 16.42`).
_BEFORE_CLOCK: Final = frozenset(
    {"at", "since", "from", "by", "until", "till", "around", "about", "before", "after", "um"}
)
_BEFORE_LENGTH: Final = frozenset({"in", "within", "for", "by", "until", "till", "before"})
_BRACKETED: Final = re.compile(r"\s*\[([^\]\[]{3,40})\]\s*[:–—-]?\s*")
_AFTER_TEXT: Final = (",", ";", ":")
# In a text these are no times: `in 5 minutes we restart` is a sentence. Where the moment is measured, only the future is none.
_NATURAL: Final = frozenset({"vague", "no_clock", "time_ahead"})


def take_stamp(state: ParseState, text: str, start: int, head: list[Token]) -> bool:
    """Read a time before a colon, a dash or in square brackets as when it happened, and cut it off."""
    if _happened(state) is None or _has_other_times(state):
        return False
    bracketed = _BRACKETED.match(text, start)
    words = bracketed[1].split() if bracketed else [token.raw for token in head]
    found = _read(state, words)
    if found is None or not found.is_sure or found.at is None or not found.has_clock:
        return False
    if bracketed:
        after = bracketed.end() if found.words == len(words) else None
    else:
        after = _after_stamp(text, head[found.words - 1])
    if after is None or after >= len(text):
        return False
    state.values[HAPPENED], state.position = utc_text(found.at), after
    if found.words > 1 or state.other_day(found.at):
        state.times.append((" ".join(words[: found.words]).rstrip(",;:."), utc_text(found.at)))
    return True


def _after_stamp(text: str, last: Token) -> int | None:
    """Return where the text starts after a time and its punctuation; None if it has none."""
    separators = SEPARATORS.match(text, last.end)
    end = separators.end() if separators else last.end
    return end if last.is_stopped or text[last.end : end].strip() else None


def take_lone_time(state: ParseState, words: list[str]) -> bool:
    """Fill an empty field with a text that is nothing but a time: `task move T1 @ilse friday`."""
    for name, one in state.empty_fields() if 0 < len(words) <= MOST_WORDS else ():
        if name == HAPPENED or one.control is not Control.MOMENT or one.ends or not is_for_choice(state, one):
            continue
        found = parse_value(one, words, state.vocabulary)
        if found is not None and found.words == len(words) and found.value is not None:
            take_value(state, name, found, " ".join(words))
            return True
    return False


def hint_first_time(state: ParseState, head: list[Token]) -> None:
    """Doubt a time at the start of a text: it may be when it happened, or a field's."""
    skipped = len(list(takewhile(lambda token: token.text.lower() in _PREPOSITIONS, head[:2])))
    is_told = any(one.control is Control.AUDIENCES for one in state.form_fields.values())
    if skipped == len(head) or (skipped and is_told):
        return  # `At 10:20 we failed over` is how an update starts.
    words = [_unmarked(token.raw) for token in head[skipped:]]
    if skipped and head[0].text.lower() in _BEFORE_LENGTH:
        ahead = _read(state, words, past=False)
        if ahead is not None and _fill_minutes(state, head[skipped : skipped + ahead.words], ahead):
            return
    found = _read(state, words)
    if found is None or found.doubt == "vague":
        is_meant = found is not None and not _is_natural(state, found)
        if is_meant or _looks_like_clock(words):
            state.doubt("time_first", head[skipped].text)
    elif found.is_length and _fill_minutes(state, head[: found.words], found):
        return
    elif _happened(state) is not None and not _is_natural(state, found):
        _fill_happened(state, found)
        state.doubt("time_first", _joined(head[skipped : skipped + found.words]), day=state.other_day(found.at))


def _looks_like_clock(words: list[str]) -> bool:
    """True for words that start with a clock time in no form that is read, or near one: `11.20 UTC`, `shortly after 03:58`."""
    shown = " ".join(words)
    written = (_DOTTED_CLOCK, _DOTTED_DATE, _BARE_CLOCK)
    return looks_like_time(words[0]) or begins_near_a_time(shown) or any(one.match(shown) for one in written)


def hint_named_value(state: ParseState, tail: list[Token]) -> bool:
    """Fill a field whose name and value end the text: `by friday`, `next update at 16:30`, `approved by @ilse`."""
    for index, token in enumerate(tail[:-1]):
        name = HAPPENED if token.text.lower() == HAPPENED and _happened(state) else state.field_named(token.text)
        if name is None or (name == HAPPENED and token.text.lower() != HAPPENED):
            continue
        form_field = state.form_fields[name]
        if form_field.control not in (*TIMED, Control.PERSON, Control.LEVEL):
            continue
        found, skipped = value_after_fillers(state, form_field, tail[index + 1 :])
        is_whole = found is not None and index + 1 + skipped + found.words == len(tail)
        if found is None or not is_whole:
            continue
        if found.value is not None:
            state.values[name] = found.value
        state.doubt("field_in_words", _joined(tail[index:]), form_field.label, other_day_of(state, form_field, found))
        return True
    return False


def hint_last_time(state: ParseState, tail: list[Token]) -> None:
    """Doubt a time at the end of a text that a field may be meant for: when it happened, or a length of time."""
    for index in range(max(0, len(tail) - MOST_WORDS), len(tail)):
        words = [token.raw for token in tail[index:]]
        words[0] = words[0].lstrip(MARKS)
        words[-1] = words[-1].rstrip(",;.").rstrip(MARKS)
        if not words[0] or not words[-1]:
            continue
        before = tail[index - 1].text.lower() if index else ""
        if DOTTED_CLOCK.fullmatch(words[0]):
            if before not in _BEFORE_CLOCK:
                continue
            words[0] = words[0].replace(".", ":")
        is_apart = (
            before in _BEFORE_LENGTH
            or (index > 0 and tail[index - 1].raw.endswith(_AFTER_TEXT))
            or state.line.text[tail[index].start] in MARKS
        )
        ahead = _read(state, words, past=False)
        is_whole = ahead is not None and ahead.words == len(words) and (is_apart or not ahead.is_length)
        if ahead is not None and is_whole and _fill_minutes(state, tail[index:], ahead):
            return
        if _happened(state) is not None and _hint_clock(state, words):
            return


def _unmarked(word: str) -> str:
    """Return a word without the formatting around it; punctuation after that stays: `*03:58*:` is `03:58:`."""
    bare = word.rstrip(",;:.")
    return f"{bare.strip(MARKS)}{word[len(bare) :]}" if bare.strip(MARKS) else word


def _hint_clock(state: ParseState, words: list[str]) -> bool:
    """Doubt words that are a time of the past and nothing else, or keep them in mind where a text often ends so."""
    found = _read(state, words)
    if found is None or found.words < len(words) or _is_natural(state, found):
        return False
    own = next(
        (
            name
            for name, one in state.empty_fields()
            if one.control is Control.MOMENT and one.past and is_for_choice(state, one)
        ),
        None,
    )
    if own is not None and own != HAPPENED and found.at is not None:
        state.values[own] = utc_text(found.at)
        state.doubt("field_in_words", " ".join(words), state.form_fields[own].label, state.other_day(found.at))
        return True
    if not state.is_dated:
        state.time_in_text = " ".join(words) if found.is_sure else ""
        return True
    _fill_happened(state, found)
    state.doubt("time_last", " ".join(words), day=state.other_day(found.at))
    return True


def _fill_minutes(state: ParseState, tokens: list[Token], found: TimeReading) -> bool:
    """Fill an empty field for minutes with the time until then, if there is such a field and the time lies ahead."""
    name = next((name for name, one in state.empty_fields() if one.control is Control.MINUTES), None)
    if name is None or found.at is None or not found.has_clock:
        return False
    length = abs(found.at - state.vocabulary.at) if found.is_length else found.at - state.vocabulary.at
    if length <= timedelta():
        return False
    state.values[name] = ceil(length / timedelta(minutes=1))
    day = "" if found.is_length else state.other_day(found.at)
    state.doubt("field_in_words", _joined(tokens), state.form_fields[name].label, day)
    return True


def _happened(state: ParseState) -> FormField | None:
    """Return the field for when it happened, if it is empty; a word before a colon of a keyed text is no time."""
    is_keyed = any(one.keyed for one in state.form_fields.values())
    return state.form_fields.get(HAPPENED) if HAPPENED not in state.values and not is_keyed else None


def _fill_happened(state: ParseState, found: TimeReading) -> None:
    """Fill when it happened, unless the time lies ahead or another empty field may be meant."""
    is_other_day = found.doubt == "other_day" or (found.doubt == DOTTED and state.other_day(found.at))
    is_past = found.at is not None and found.at <= state.vocabulary.at and not is_other_day
    if found.at is not None and is_past and not _has_other_times(state):
        state.values[HAPPENED] = utc_text(found.at)


def _has_other_times(state: ParseState) -> bool:
    return any(one.control in TIMED for name, one in state.empty_fields() if name != HAPPENED)


def _is_natural(state: ParseState, found: TimeReading) -> bool:
    """True for words that are a time only in a field of their own."""
    if found.is_length or found.doubt == "time_ahead":
        return True
    is_ahead = found.at is not None and found.at > state.vocabulary.at
    return not state.is_dated and (is_ahead or not found.has_clock or found.doubt in _NATURAL)


def _read(state: ParseState, words: list[str], *, past: bool = True) -> TimeReading | None:
    vocabulary = state.vocabulary
    return read_time(words, at=vocabulary.at, zone=vocabulary.zone, past=past)


def _joined(tokens: Iterable[Token]) -> str:
    return " ".join(token.raw for token in tokens).rstrip(",;:.")
