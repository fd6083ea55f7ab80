"""Finds in a text what may belong into a field: a time at its start or end, a person, an incident, a priority, a fixed word.

The field is filled where the words leave no choice, and the text stays whole: both are shown in the form, with the reason. One
thing is read at once: a time before a colon or a dash (`03:58 - pager fired`, `[17:20 UTC] …`), as a log has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from bot.grammar.datetime_parser import MOST_WORDS, TimeReading, looks_like_time, read_time
from bot.grammar.field_values import fill_priority, value_after_fillers
from bot.grammar.parse_state import HAPPENED, ParseState
from bot.grammar.tokenizer import SEPARATORS, Token, assignment_at, assignments_in, last_tokens, tokens_of
from bot.grammar.value_parser import INCIDENT_NUMBER, is_incident, looks_like_person, slug
from commands.core.fields.form_field import Control, FormField
from commands.core.words.near_misses import nearest
from incident.frozen import utc_text
from roles.role_names import ALIASES, Role

_PREPOSITIONS: Final = frozenset({"at", "since", "from", "on", "by", "until", "till"})
_PRIORITY: Final = re.compile(r"(?:p|sev|prio|priority)[-_]?([1-5])", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"\s*\[([^\]\[]{3,40})\]\s*[:–—-]?\s*")
_TIMED: Final = frozenset({Control.MOMENT, Control.MINUTES})
# These doubts are no doubts in a text: `in 5 minutes we restart` is a sentence.
_NATURAL: Final = frozenset({"vague", "no_clock", "time_ahead"})


def add_hints(state: ParseState, start: int, end: int, rest: str) -> None:
    """Fill fields from what the text between two positions holds, with a doubt for each; `rest` is the text's own field."""
    text = state.line.text[:end]
    head = tokens_of(text, start, MOST_WORDS + 2)
    if not head or state.form_fields[rest].control in _TIMED:
        return
    if not _take_stamp(state, text, start, head):
        _hint_first_time(state, head)
    _hint_unknown_field(state, text, start)
    hint_fixed_word(state, head[0])
    tail = [token for token in last_tokens(text, MOST_WORDS + 4) if token.start >= start]
    _hint_named_value(state, tail)
    _hint_last_time(state, tail)
    tokens = list(tokens_of(text, start, len(text)))
    _hint_person(state, tokens)
    _hint_incident(state, tokens, rest)
    _hint_priority(state, tokens)
    _hint_service(state, tokens)


def _happened(state: ParseState) -> FormField | None:
    """Return the field for when it happened, if it is empty."""
    return state.form_fields.get(HAPPENED) if HAPPENED not in state.values else None


def _fill_happened(state: ParseState, found: TimeReading) -> None:
    """Fill when it happened, unless the time lies ahead or another empty field may be meant."""
    if found.at is not None and found.at <= state.vocabulary.at and not _has_other_times(state):
        state.values[HAPPENED] = utc_text(found.at)


def _has_other_times(state: ParseState) -> bool:
    return any(one.control in _TIMED for name, one in state.empty_fields() if name != HAPPENED)


def _read(state: ParseState, words: list[str], *, past: bool) -> TimeReading | None:
    vocabulary = state.vocabulary
    return read_time(words, at=vocabulary.at, zone=vocabulary.zone, past=past)


def _take_stamp(state: ParseState, text: str, start: int, head: list[Token]) -> bool:
    """Read a time before a colon, a dash or in square brackets as when it happened, and cut it off."""
    if _happened(state) is None or _has_other_times(state):
        return False
    bracketed = _BRACKETED.match(text, start)
    words = bracketed[1].split() if bracketed else [token.raw for token in head]
    found = _read(state, words, past=True)
    if found is None or not found.is_sure or found.at is None or not found.has_clock:
        return False
    if bracketed:
        after = bracketed.end() if found.words == len(words) else None
    else:
        after = _after_stamp(text, head[found.words - 1])
    if after is None or after >= len(text):
        return False
    state.values[HAPPENED], state.position = utc_text(found.at), after
    return True


def _after_stamp(text: str, last: Token) -> int | None:
    """Return where the text begins after a time and its punctuation; None if it has none."""
    separators = SEPARATORS.match(text, last.end)
    end = separators.end() if separators else last.end
    return end if last.is_stopped or text[last.end : end].strip() else None


def _hint_first_time(state: ParseState, head: list[Token]) -> None:
    """Doubt a time at the start of a text: it may be when it happened, or a field's."""
    skipped = 1 if head[0].text.lower() in _PREPOSITIONS and len(head) > 1 else 0
    words = [token.raw.strip("[]()") if index == 0 else token.raw for index, token in enumerate(head[skipped:])]
    found = _read(state, words, past=True)
    if found is None:
        if looks_like_time(words[0]):
            state.doubt("time_first", head[skipped].text)
        return
    if not found.has_clock or found.is_length or found.doubt in _NATURAL:
        return
    if _happened(state) is not None:
        _fill_happened(state, found)
        state.doubt("time_first", _joined(head[skipped : skipped + found.words]))


def _hint_unknown_field(state: ParseState, text: str, start: int) -> None:
    """Doubt `name=value` at the start or the end of a text whose verb has fields of names, but none of this one."""
    if not any(
        not (one.leading or one.rest or one.because) for name, one in state.form_fields.items() if name != HAPPENED
    ):
        return
    first, found = assignment_at(text, start), assignments_in(text, start)
    last = found[-1] if found and not text[found[-1].end :].strip(" ,;.") else None
    for one in (first, last):
        if one is not None and not one.is_named_by_colon and state.field_named(one.name) is None:
            state.doubt("no_such_field", state.line.cut(one.start, one.end))


def hint_fixed_word(state: ParseState, first: Token) -> None:
    """Doubt a first word that is nearly a fixed word of a leading field without a value."""
    for name, form_field in state.empty_fields():
        near = nearest(first.text, _fixed_words(name, form_field)) if form_field.leading else None
        if near is not None:
            state.doubt("near", first.text, near.replace("_", " "))
            return


def _fixed_words(name: str, form_field: FormField) -> tuple[str, ...]:
    """Return the fixed words of a field: its choices, their synonyms, the names of a box to tick, the roles."""
    if form_field.control is Control.ROLE:
        return (*ALIASES, *Role)
    if form_field.control is Control.CHECK:
        return (name, *form_field.words)
    return (*(slug(value) for value, _ in form_field.choices), *(slug(word) for word, _ in form_field.synonyms))


def _hint_named_value(state: ParseState, tail: list[Token]) -> None:
    """Fill a field whose name and value end the text: `by friday`, `next update at 16:30`, `within 10 minutes`."""
    for index, token in enumerate(tail[:-1]):
        name = state.field_named(token.text)
        if name is None or name == HAPPENED:
            continue
        form_field = state.form_fields[name]
        if form_field.control not in (*_TIMED, Control.PERSON):
            continue
        found, skipped = value_after_fillers(state, form_field, tail[index + 1 :])
        is_whole = found is not None and index + 1 + skipped + found.words == len(tail)
        if found is None or not is_whole or (found.plain and form_field.control is Control.PERSON):
            continue
        if found.value is not None:
            state.values[name] = found.value
        state.doubt("field_in_words", _joined(tail[index:]), form_field.label)
        return


def _hint_last_time(state: ParseState, tail: list[Token]) -> None:
    """Doubt a time at the end of a text that a field may be meant for: when it happened, or a length of time."""
    minutes = _empty(state, Control.MINUTES)
    for index in range(max(0, len(tail) - MOST_WORDS), len(tail)):
        words = [token.raw for token in tail[index:]]
        if minutes is not None and words[0].lower() == "in" and len(words) > 1:
            found, _ = value_after_fillers(state, state.form_fields[minutes], tail[index + 1 :])
            if found is not None and found.words == len(words) - 1:
                state.values[minutes] = found.value
                state.doubt("field_in_words", _joined(tail[index:]), state.form_fields[minutes].label)
                return
        if state.is_dated and _happened(state) is not None and _hint_clock(state, words):
            return


def _hint_clock(state: ParseState, words: list[str]) -> bool:
    """Doubt words that are a time of the past and nothing else."""
    found = _read(state, words, past=True)
    if found is None or found.words < len(words) or not found.has_clock or found.is_length or found.doubt in _NATURAL:
        return False
    _fill_happened(state, found)
    state.doubt("time_last", " ".join(words).rstrip(",;:."))
    return True


def _hint_person(state: ParseState, tokens: list[Token]) -> None:
    """Doubt a person in the text of a verb whose field for one is empty."""
    empty = _empty(state, Control.PERSON)
    person = next((token for token in tokens if looks_like_person(token.text)), None)
    if empty is not None and person is not None:
        state.doubt(
            "person", state.line.cut(person.start, person.start + len(person.text)), state.form_fields[empty].label
        )


def _hint_incident(state: ParseState, tokens: list[Token], rest: str) -> None:
    """Fill the field for an incident from the text, or doubt a number of one before a text that has no such field."""
    empty = _empty(state, Control.INCIDENT)
    named = [token for token in tokens if is_incident(token.text)]
    if empty is not None and named:
        state.values[empty] = named[0].text.removeprefix("#")
        state.doubt("field_in_words", named[0].text, state.form_fields[empty].label)
    elif INCIDENT_NUMBER.fullmatch(tokens[0].text) and state.form_fields[rest].control is not Control.LINE:
        state.doubt(
            "incident_first", tokens[0].text
        )  # In a line it may be the record itself: `link related INC-2026-0007`.


def _hint_priority(state: ParseState, tokens: list[Token]) -> None:
    """Fill impact and urgency from a priority in the text, where both are empty."""
    levels = [name for name, one in state.empty_fields() if one.control is Control.LEVEL]
    for token in tokens if len(levels) == 2 else ():
        if found := _PRIORITY.fullmatch(token.text.strip("()[]")):
            fill_priority(state, levels, token.text, found[1])
            state.doubt("priority", token.text)
            return


def _hint_service(state: ParseState, tokens: list[Token]) -> None:
    """Fill the field for the service from a service that the text names, where one alone does."""
    empty = _empty(state, Control.SERVICE)
    if empty is None:
        return
    names = {slug(name): name for name in state.vocabulary.services}
    found = {names[words] for words in _spans(tokens) if words in names}
    if len(found) == 1:
        state.values[empty] = found.pop()
        state.doubt("service", str(state.values[empty]))


def _spans(tokens: list[Token]) -> Iterator[str]:
    """Yield one, two and three words in a row, as fixed words are compared."""
    for index, token in enumerate(tokens):
        yield slug(token.text)
        for count in (2, 3):
            yield slug(" ".join(one.text for one in tokens[index : index + count]))


def _empty(state: ParseState, control: Control) -> str | None:
    return next((name for name, one in state.empty_fields() if one.control is control and name != HAPPENED), None)


def _joined(tokens: Iterable[Token]) -> str:
    return " ".join(token.raw for token in tokens).rstrip(",;:.")
