"""Parses what follows the verb into the verb's fields. Knows the form fields and where each token is; knows no verb.

The line is read once, from left to right. At each position the first of these that fits is taken:

| form | example | what it fills |
|---|---|---|
| `because` | `because the cause changed` | ends the fields; the field for reasons takes the rest |
| `name=value` | `next=tomorrow 09:00`, `next: 16:30`, `service="internal tools"` | the field of that name; a value that does not fit is invalid |
| `name value` | `next 16:30`, `impact 1`, `of INC-2026-0042`, `approved by @ilse` | the field of that name, if the value fits its control |
| leading words | `commander`, `1/2`, `internal, exec`, `to @ilse` | the first leading field without a value that they fit |

The text begins where none fits and is kept to the letter (`Restore runs,  promised 16:30`); `text_parser` reads the fields that
come after it. A colon or a dash after a fixed word is punctuation. The time at which something happened is read as
`happened=value` only, since a text may well begin with the word "happened".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bot.grammar.field_values import (
    FILLERS,
    assign,
    fill_priority,
    free_text,
    leading_priority,
    take_value,
    value_after_fillers,
    value_source,
)
from bot.grammar.parse_state import FREE_TEXT, HAPPENED, ParseState
from bot.grammar.period_parser import is_end, is_for_choice, take_period
from bot.grammar.text.text_parser import parse_text
from bot.grammar.tokenizer import BECAUSE, Assignment, Token, assignment_at, count_words, quoted_at
from bot.grammar.typed_line import TypedLine
from bot.grammar.value_parser import LEVELS, ParsedValue, Vocabulary, looks_like_person, parse_value
from commands.core.fields.form_field import Control, FormField

# The form opens because of the first; after so many the rest of the line is text, which the form shows.
_MOST_INVALID: Final = 10
# Before a time alone these say when something begins, and never when it ends.
_OF_A_START: Final = frozenset({"at", "on", "from", "starting"})
_BOTH_LEVELS: Final = re.compile(r"([1-3]|high|medium|low)[/x×,-]([1-3]|high|medium|low)")
_PRIORITY: Final = re.compile(r"(?:p|sev|s)[-_]?([1-5])", re.IGNORECASE)


def parse_fields(
    form_fields: Mapping[str, FormField],
    line: TypedLine,
    vocabulary: Vocabulary,
    start: int = 0,
    *,
    is_dated: bool = False,
    asserts: bool | tuple[str | None, ...] = False,
) -> ParseState:
    """Parse what follows the verb, which ends at `start` of the readable line. `is_dated` and `asserts` as in `ParseState`."""
    state = ParseState(form_fields, line, vocabulary, is_dated, asserts)
    state.move(start)
    while len(state.invalid) < _MOST_INVALID and (tokens := state.tokens()) and not _begins_reason(state, tokens[0]):
        before = state.position
        if _begins_keyed_text(state, tokens[0]):
            break
        if _parse_assignment(state, tokens):
            continue
        is_named_text = state.position > before
        if is_named_text or not (
            take_period(state, tokens) or _parse_named(state, tokens) or _parse_leading(state, tokens)
        ):
            break
    parse_text(state)
    _check_choice(state)
    return state


def _check_choice(state: ParseState) -> None:
    """Doubt a value that the chosen form of the verb does not take, and an incident that it should have."""
    choices = [name for name, one in state.form_fields.items() if one.leading and one.control is Control.CHOICE]
    chosen = state.values.get(choices[0]) if choices else None
    for name, one in state.form_fields.items() if chosen is not None else ():
        if one.only and chosen not in one.only and name in state.values and not (one.rest or one.leading):
            state.doubt("not_for_choice", str(chosen).replace("_", " "), one.label)
        if chosen in one.only and one.control is Control.INCIDENT and name not in state.values:
            state.doubt("which_incident", str(chosen).replace("_", " "), one.label)


def _begins_reason(state: ParseState, token: Token) -> bool:
    return bool(BECAUSE.match(state.line.text, token.start)) and any(one.because for one in state.form_fields.values())


def _begins_keyed_text(state: ParseState, token: Token) -> bool:
    """True for a word before a colon that is no field of the verb, where the text is made of such words: `2.9: yes`."""
    is_keyed = token.raw.endswith(":") and any(one.rest and one.keyed for _, one in state.empty_fields())
    return is_keyed and state.field_named(token.text) is None


def _parse_assignment(state: ParseState, tokens: Sequence[Token]) -> bool:
    """Parse `name=value`; a value that does not fit is invalid, never text. `name: value` is text if the value does not fit."""
    found = assignment_at(state.line.text, tokens[0].start)
    name = state.field_named(found.name) if found else None
    if found is None or name is None:
        return False
    if state.form_fields[name].rest and not found.quoted:
        return _name_text(state, found)
    if found.is_named_by_colon and state.form_fields[name].control in FREE_TEXT:
        return False
    end = assign(state, name, found)
    if end is None:
        if found.is_named_by_colon:
            return False
        state.invalid.append((name, value_source(state, found)))
        end = found.end
    # Of several words without quotes only the first is the value: `location=sealed store 4 memory image`.
    state.move(end, doubtful=not found.quoted and _takes_any_words(state.form_fields[name]))
    return True


def _takes_any_words(form_field: FormField) -> bool:
    return form_field.control is Control.LINE and not (form_field.pattern or form_field.synonyms)


def _name_text(state: ParseState, found: Assignment) -> bool:
    """Skip the name of the field that takes the text anyway: `result=it was empty`, `title: Payments fail`."""
    state.position, state.doubtful = found.value_start, False
    return False


def _parse_named(state: ParseState, tokens: Sequence[Token]) -> bool:
    """Parse `name value`, if the value can be told from text by its form."""
    name = state.field_named(tokens[0].text.lstrip("-—–"))
    if name is None or name == HAPPENED or tokens[0].is_stopped:
        return False
    form_field = state.form_fields[name]
    if form_field.control in FREE_TEXT:
        return False
    found, skipped = value_after_fillers(state, form_field, tokens[1:])
    if found is None:
        return False
    words = " ".join(token.raw for token in tokens[1 + skipped : 1 + skipped + found.words])
    take_value(state, name, found, words)
    doubtful = found.plain and not (form_field.leading and form_field.needed)
    state.consume(tokens, found.words + skipped + 1, doubtful=doubtful)
    return True


def _parse_leading(state: ParseState, tokens: Sequence[Token]) -> bool:
    """Parse leading words for the first field that they fit; a name of a person that is not known is invalid."""
    if _parse_priority(state, tokens):
        return True
    for name, form_field in state.empty_fields():
        if not form_field.leading or not is_for_choice(state, form_field):
            continue
        if is_end(state, name, form_field) and tokens[0].text.lower() in _OF_A_START:
            continue
        if _parse_leading_field(state, name, form_field, tokens):
            return True
        if form_field.control is Control.PERSON and looks_like_person(tokens[0].text):
            state.invalid.append((name, state.line.cut(tokens[0].start, tokens[0].start + len(tokens[0].text))))
            state.consume(tokens, 1)
            return True
    return False


def _parse_leading_field(state: ParseState, name: str, form_field: FormField, tokens: Sequence[Token]) -> bool:
    quoted = quoted_at(state.line.text, state.position)
    if quoted is not None and form_field.control not in FREE_TEXT:
        inner = parse_value(form_field, quoted.text.split(), state.vocabulary)
        if inner is not None and inner.words == len(quoted.text.split()):
            take_value(state, name, inner, quoted.text)
            state.move(quoted.end)
            return True
    found, skipped = _leading_value(state, name, form_field, tokens)
    if found is None:
        return False
    words = " ".join(token.raw for token in tokens[skipped : skipped + found.words])
    take_value(state, name, found, words)
    several = form_field.control in (Control.AUDIENCES, Control.CHOICES, Control.SERVICES)
    state.consume(tokens, found.words + skipped, doubtful=found.plain and (several or not form_field.needed))
    return True


def _leading_value(
    state: ParseState, name: str, form_field: FormField, tokens: Sequence[Token]
) -> tuple[ParsedValue | None, int]:
    first = tokens[0].text.lower()
    if form_field.control is Control.CHECK:
        is_named = first in (name, *form_field.words)
        return (ParsedValue(True, 1, plain=True) if is_named else None), 0
    if form_field.control is Control.CATEGORY:
        return _leading_category(state, form_field, tokens)
    both = _BOTH_LEVELS.fullmatch(first) if form_field.control is Control.LEVEL else None
    if both is not None:
        second = next((n for n, one in state.empty_fields() if one.control is Control.LEVEL and n != name), None)
        if second is not None:
            state.values[second] = LEVELS[both[2]]
            return ParsedValue(LEVELS[both[1]], 1), 0
    return value_after_fillers(state, form_field, tokens)


def _parse_priority(state: ParseState, tokens: Sequence[Token]) -> bool:
    """Parse `P1`, which is no field: it means the impact and urgency that give it, if one pair does."""
    named = state.field_named(tokens[0].text)
    is_named = named is not None and state.form_fields[named].control is Control.LEVEL and len(tokens) > 1
    word = tokens[1 if is_named else 0].text  # `sev P1` and `P1`
    found = _PRIORITY.fullmatch(word)
    levels = [name for name, one in state.empty_fields() if one.control is Control.LEVEL and one.leading]
    if found is None or len(levels) != 2:
        return _parse_reported_priority(state, tokens[0])
    fill_priority(state, levels, word, found[1])
    state.consume(tokens, 2 if is_named else 1)
    return True


def _parse_reported_priority(state: ParseState, first: Token) -> bool:
    """Parse the priority before the title of a declaration, as in `P1 checkout is down`: it is no part of the title."""
    levels = [name for name, one in state.empty_fields() if one.control is Control.LEVEL and not one.leading]
    found = leading_priority(state.line.text, first.start) if len(levels) == 2 else None
    if found is None:
        return False
    fill_priority(state, levels, found["words"], found["number"])
    state.move(found.end())
    return True


def _leading_category(
    state: ParseState, form_field: FormField, tokens: Sequence[Token]
) -> tuple[ParsedValue | None, int]:
    """Take everything up to `because` as `Category/Subcategory`."""
    skipped = 1 if len(tokens) > 1 and FILLERS[Control.CATEGORY].fullmatch(tokens[0].text.lower()) else 0
    start, text = tokens[skipped].start, state.line.text
    because = BECAUSE.search(text, start)
    end = because.start() if because else len(text)
    category = state.line.cut(start, end)
    found = free_text(state, form_field, category.rstrip(",;:."))
    words = count_words(text[start:end])
    return (found and ParsedValue(category.partition("/")[0].strip().rstrip(",;:."), words)), skipped
