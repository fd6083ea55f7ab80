"""Parses the text of a line, which follows its fields, and what the text holds besides words.

Fields at the end of the text, or of the reason, are read and cut off (`… are back next=16:30`). Whatever else in the text looks
like a field, a time, a person, an incident or a priority that the verb has a field for leaves the text whole and is a doubt:
the form opens with what was understood. Text is data: a verb without such a field keeps it to the letter and asks nothing.
"""

from __future__ import annotations

import re
from typing import Final

from bot.grammar.field_values import assign, take_value, value_source
from bot.grammar.parse_state import FREE_TEXT, HAPPENED, ParseState
from bot.grammar.text.fixed_words import BEGINS_SENTENCE
from bot.grammar.text.mention_hints import take_last_priority
from bot.grammar.text.negations import hint_negation
from bot.grammar.text.text_hints import add_hints, add_later_hints, hint_fixed_word
from bot.grammar.text.time_hints import take_lone_time
from bot.grammar.tokenizer import BECAUSE, Assignment, assignments_in, tokens_of
from bot.grammar.value_parser import is_incident, parse_value
from commands.core.fields.form_field import Control
from commands.core.words.near_misses import nearest

# With these a sentence goes on whose subject is the audience (`customers are angry`).
_GOES_ON: Final = frozenset({
    "is", "are", "was", "were", "has", "have", "had", "can", "cannot", "can't", "will", "would", "should", "do",
    "does", "did", "and", "or", "of", "in",
})  # fmt: skip
# In the place of an entry's number.
_LAST: Final = frozenset({"last", "latest", "newest"})
_RENAMED: Final = re.compile(r"(?:(?:the|this)\s+)?(?:incident\s+)?to:?\s+", re.IGNORECASE)


def parse_text(state: ParseState) -> None:
    """Fill the field for text with the rest of the line, and the field for reasons with what follows `because`."""
    text = state.line.text
    state.ambiguous = _is_ambiguous(state)
    rest = next((name for name, one in state.empty_fields() if one.rest), None)
    reason = next((name for name, one in state.empty_fields() if one.because), None)
    start = state.position + len(text[state.position :]) - len(text[state.position :].lstrip())
    because = (BECAUSE.match(text, start) if rest == reason else BECAUSE.search(text, start)) if reason else None
    start = _after_filler(state, start, rest)
    hint_negation(state, start)
    assigned = _assignments(state, start, rest, reason)
    end = _before_assignments(state, because.end() if because else start, len(text), assigned)
    if because is not None:
        if HAPPENED in state.form_fields:
            add_later_hints(state, because.end(), end)
        _fill(state, reason or "", because.end(), end)
        end = _before_assignments(state, start, because.start(), assigned)
        rest = None if rest == reason else rest
    _doubt_what_is_inside(state, assigned, start)
    if rest is not None and take_lone_time(state, state.line.text[start:end].split()):
        return
    if rest is not None:
        end = take_last_priority(state, start, end)
        if HAPPENED in state.form_fields:
            add_hints(state, start, end, rest)
        _fill(state, rest, state.position if state.position > start else start, end)
    else:
        state.leftover = state.line.cut(start, end) if start < end else ""
        for token in tokens_of(text, start, 1):
            hint_fixed_word(state, token)


def _after_filler(state: ParseState, start: int, rest: str | None) -> int:
    """Return where a line starts after `to` or `of`: `link related to INC-2026-0007`, `rename incident to Card payments fail`, `decided to fail over`."""
    named = [name for name in state.form_fields if name != HAPPENED]
    is_line = rest is not None and state.form_fields[rest].control is Control.LINE
    renamed = _RENAMED.match(state.line.text, start) if is_line and named == [rest] else None
    if renamed is not None:
        return renamed.end()
    tokens = tokens_of(state.line.text, start, 2)
    if rest is not None and state.form_fields[rest].after_to and len(tokens) == 2 and tokens[0].raw == "to":
        return tokens[1].start
    entry = next((one for _, one in state.empty_fields() if one.control is Control.ENTRY and one.needed), None)
    if rest is not None and entry is not None and len(tokens) == 2 and tokens[0].text.lower() in _LAST:
        state.doubt("which_entry", tokens[0].text, entry.label)
        return tokens[1].start
    is_filler = is_line and len(tokens) == 2 and tokens[0].text.lower() in ("to", "of", "with")
    return tokens[1].start if is_filler and is_incident(tokens[1].text) else start


def _is_ambiguous(state: ParseState) -> bool:
    """True if the words that were read last may start the text as well."""
    text = state.line.text
    tokens = tokens_of(text, state.position, 1)
    is_line = state.doubtful and (last := state.form_fields.get(state.last_field)) and last.control is Control.LINE
    begins_low = bool(tokens) and (text[tokens[0].start].islower() or (is_line and text[tokens[0].start].isdigit()))
    if not begins_low or BECAUSE.match(text, tokens[0].start):
        return False
    first = tokens[0].text.lower()
    if tokens[0].raw.endswith(":") and any(one.keyed for _, one in state.empty_fields()):
        return False
    last = state.form_fields.get(state.last_field)
    if last is not None and last.control is Control.AUDIENCES and first in _GOES_ON:
        return True
    return state.doubtful and first not in BEGINS_SENTENCE


def _assignments(state: ParseState, start: int, rest: str | None, reason: str | None) -> list[tuple[Assignment, int]]:
    """Fill the fields that are assigned in the text; return each with the end of its value, which is 0 if it is not read."""
    found: list[tuple[Assignment, int]] = []
    for one in assignments_in(state.line.text, start):
        name = state.field_named(one.name)
        if found and found[-1][1] > one.start:
            continue
        if name is None:
            _doubt_unknown(state, one)
            continue
        if name in (rest, reason) or (one.is_named_by_colon and not _fits(state, name, one)):
            continue
        end = assign(state, name, one)
        if end is None:
            state.invalid.append((name, value_source(state, one)))
        found.append((one, end or 0))
    return found


def _fits(state: ParseState, name: str, found: Assignment) -> bool:
    """True if `name: value` can only be meant as a field; before a text a colon is punctuation."""
    form_field = state.form_fields[name]
    words = [token.raw for token in tokens_of(state.line.text, found.value_start)]
    return form_field.control not in FREE_TEXT and parse_value(form_field, words, state.vocabulary) is not None


def _doubt_unknown(state: ParseState, found: Assignment) -> None:
    """Doubt `name=value` whose name is a field that has a value already, or nearly a field of this verb."""
    if found.is_named_by_colon:
        return
    names = {word for name, one in state.form_fields.items() for word in (name, name.strip("_"), *one.words)}
    written = state.line.cut(found.start, found.end)
    if found.name in names:
        if found.name not in state.form_fields or not state.form_fields[found.name].rest:
            state.doubt("field_twice", written)
    elif near := nearest(found.name, names):
        state.doubt("no_such_field", written, near)


def _before_assignments(state: ParseState, start: int, end: int, assigned: list[tuple[Assignment, int]]) -> int:
    """Return where a part of the text ends before the fields at its end, and take these as read."""
    for one, value_end in reversed(list(assigned)):
        is_last = value_end and start <= one.start and value_end <= end
        if not is_last or state.line.text[value_end:end].strip(" ,;."):
            continue
        end = len(state.line.text[: one.start].rstrip(" ,;"))
        assigned.remove((one, value_end))
    return end


def _doubt_what_is_inside(state: ParseState, assigned: list[tuple[Assignment, int]], start: int) -> None:
    """Doubt the fields amid the text: they are filled, and the text stays whole."""
    for one, value_end in assigned:
        if value_end:
            state.doubt("field_inside", state.line.cut(one.start, value_end))


def _fill(state: ParseState, name: str, start: int, end: int) -> None:
    text = state.line.cut(start, end) if start < end else ""
    form_field = state.form_fields[name]
    if not text:
        return
    if form_field.control in FREE_TEXT:
        state.values[name] = text
        return
    words = state.line.text[start:end].split()
    found = parse_value(form_field, words, state.vocabulary)
    if found is None or found.words < len(words):
        state.invalid.append((name, text))
    else:
        take_value(state, name, found, text)
