"""Parses what follows the verb into the verb's fields. Knows the form fields and where each token is; knows no verb.

The line is read once, from left to right. At each position the first of these that fits is taken:

| form | example | what it fills |
|---|---|---|
| `because` | `because the cause changed` | ends the fields; the field for reasons takes the rest |
| `name=value` | `next=tomorrow 09:00`, `service="internal tools"` | the field of that name; a value that does not fit is invalid |
| `name value` | `next 16:30`, `impact 1`, `of INC-2026-0042` | the field of that name, if the value fits its control |
| leading words | `commander`, `1/2`, `internal, exec`, `@ilse` | the first leading field without a value that they fit |

The text begins where none fits and is kept to the letter (`Restore runs,  promised 16:30`). The time at which something
happened is read as `happened=value` only, since a text may well begin with the word "happened".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from bot.grammar.tokenizer import BECAUSE, Assignment, Token, assignment_at, count_words, tokens_of
from bot.grammar.value_parser import ParsedValue, Vocabulary, looks_like_person, parse_value
from commands.core.fields.form_field import Control, FormField

HAPPENED: Final = "happened"
# The form opens because of the first; after so many the rest of the line is text, which the form shows.
_MOST_INVALID: Final = 10
_NUMBER: Final = re.compile(r"(INC-\d{4}-\d{4,})[,.;:]?", re.IGNORECASE)
_BOTH_LEVELS: Final = re.compile(r"([1-3])/([1-3])")
_FREE_TEXT: Final = frozenset({Control.LINE, Control.TEXT, Control.WORD, Control.CATEGORY, Control.CHECK})


@dataclass
class ParseState:
    """The state of parsing one line: the values found, and the position from which it is still to be read.

    `invalid` are values that do not fit their field, by field; `leftover` is text that no field takes. `doubtful`: the
    tokens read last could as well begin the text; `ambiguous`: the text that follows them does not settle it.
    """

    form_fields: Mapping[str, FormField]
    line: str
    vocabulary: Vocabulary
    values: dict[str, JsonValue] = field(default_factory=dict)
    invalid: list[tuple[str, str]] = field(default_factory=list)
    leftover: str = ""
    ambiguous: bool = False
    position: int = 0
    doubtful: bool = False

    def tokens(self) -> list[Token]:
        """Return the next tokens that are to be read."""
        return tokens_of(self.line, self.position)

    def consume(self, tokens: Sequence[Token], count: int, *, doubtful: bool = False) -> None:
        """Move the position behind the first `count` tokens."""
        taken = tokens if count <= len(tokens) else tokens_of(self.line, self.position, count)
        self.position = taken[count - 1].end
        self.doubtful = doubtful

    def empty_fields(self) -> Iterator[tuple[str, FormField]]:
        """Yield the fields that have no value yet, in the order of the model."""
        return ((name, form_field) for name, form_field in self.form_fields.items() if name not in self.values)

    def field_named(self, word: str) -> str | None:
        """Return the empty field of that name, or with that word among its other names."""
        lower = word.lower()
        return next((name for name, one in self.empty_fields() if lower == name or lower in one.words), None)


def parse_fields(form_fields: Mapping[str, FormField], line: str, vocabulary: Vocabulary) -> ParseState:
    """Parse what follows the verb."""
    state = ParseState(form_fields, line.rstrip(), vocabulary)
    while len(state.invalid) < _MOST_INVALID and (tokens := state.tokens()) and not _begins_reason(state, tokens[0]):
        if not (_parse_assignment(state, tokens) or _parse_named(state, tokens) or _parse_leading(state, tokens)):
            break
    _parse_text(state)
    return state


def _begins_reason(state: ParseState, token: Token) -> bool:
    return token.text.lower() == "because" and any(one.because for one in state.form_fields.values())


def _parse_assignment(state: ParseState, tokens: Sequence[Token]) -> bool:
    """Parse `name=value`; a value that does not fit is invalid, never text."""
    found = assignment_at(state.line, tokens[0].start)
    name = state.field_named(found.name) if found else None
    if found is None or name is None:
        return False
    more = [] if found.quoted else tokens_of(state.line, found.end)
    value = _assigned_value(state, name, found, more)
    state.position = found.end
    if value is None:
        state.invalid.append((name, found.value))
    else:
        state.values[name] = value.value
        state.position = more[value.words - 2].end if more and value.words > 1 else found.end
    state.doubtful = False
    return True


def _assigned_value(state: ParseState, name: str, found: Assignment, more: Sequence[Token]) -> ParsedValue | None:
    """Parse the value of `name=value`; unquoted, it may go on in the tokens that follow (`next=tomorrow 09:00`)."""
    form_field = state.form_fields[name]
    if form_field.control in _FREE_TEXT:
        return _free_text(state, form_field, found.value)
    return parse_value(form_field, [found.value, *(token.text for token in more)], state.vocabulary)


def _free_text(state: ParseState, form_field: FormField, text: str) -> ParsedValue | None:
    """Take a text as it is; `Category/Subcategory` fills both fields, if there are both."""
    if form_field.control is Control.CHECK:
        return parse_value(form_field, [text], state.vocabulary)
    if form_field.control is Control.CATEGORY and "/" in text and "subcategory" in state.form_fields:
        text, _, subcategory = text.partition("/")
        state.values["subcategory"] = subcategory.strip()
    return ParsedValue(text.strip(), 1) if text else None


def _parse_named(state: ParseState, tokens: Sequence[Token]) -> bool:
    """Parse `name value`, if the value can be told from text by its form."""
    name = state.field_named(tokens[0].text)
    if name is None or name == HAPPENED:
        return False
    form_field = state.form_fields[name]
    found = _value_after_name(state, form_field, [token.text for token in tokens[1:]])
    if found is None:
        return False
    state.values[name] = found.value
    doubtful = found.plain and not (form_field.leading and form_field.needed)
    state.consume(tokens, found.words + 1, doubtful=doubtful)
    return True


def _value_after_name(state: ParseState, form_field: FormField, words: Sequence[str]) -> ParsedValue | None:
    """Parse the value of `name value`; a field for free text takes the number of an incident (`of INC-2026-0042`) only."""
    if form_field.control not in _FREE_TEXT:
        return parse_value(form_field, words, state.vocabulary)
    number = _NUMBER.fullmatch(words[0]) if words and form_field.control is Control.WORD else None
    return ParsedValue(number[1].upper(), 1) if number else None


def _parse_leading(state: ParseState, tokens: Sequence[Token]) -> bool:
    """Parse leading words for the first field that they fit; a name of a person that is not known is invalid."""
    words = [token.text for token in tokens]
    for name, form_field in state.empty_fields():
        if not form_field.leading:
            continue
        found = _leading_value(state, name, form_field, words)
        if found is not None:
            state.values[name] = found.value
            several = form_field.control in (Control.AUDIENCES, Control.CHOICES)
            state.consume(tokens, found.words, doubtful=found.plain and (several or not form_field.needed))
            return True
        if form_field.control is Control.PERSON and looks_like_person(words[0]):
            state.invalid.append((name, words[0]))
            state.consume(tokens, 1)
            return True
    return False


def _leading_value(state: ParseState, name: str, form_field: FormField, words: Sequence[str]) -> ParsedValue | None:
    if form_field.control is Control.CHECK:
        return ParsedValue(True, 1, plain=True) if words[0].lower() in (name, *form_field.words) else None
    if form_field.control is Control.CATEGORY:
        return _leading_category(state, form_field)
    both = _BOTH_LEVELS.fullmatch(words[0]) if form_field.control is Control.LEVEL else None
    if both is not None:
        second = next((n for n, one in state.empty_fields() if one.control is Control.LEVEL and n != name), None)
        if second is not None:
            state.values[second] = int(both[2])
            return ParsedValue(int(both[1]), 1)
    return parse_value(form_field, words, state.vocabulary)


def _leading_category(state: ParseState, form_field: FormField) -> ParsedValue | None:
    """Take everything up to `because` as `Category/Subcategory`."""
    text = state.line[state.position :].strip()
    because = BECAUSE.search(text)
    category = text[: because.start()].rstrip() if because else text
    found = _free_text(state, form_field, category)
    return found and ParsedValue(category.partition("/")[0].strip(), count_words(category))


def _parse_text(state: ParseState) -> None:
    """Fill the field for text with the rest of the line, and the field for reasons with what follows `because`."""
    text = state.line[state.position :].strip()
    state.ambiguous = state.doubtful and text[:1].islower() and not BECAUSE.match(text)
    rest = next((name for name, one in state.empty_fields() if one.rest), None)
    reason = next((name for name, one in state.empty_fields() if one.because), None)
    because = BECAUSE.match(text) if rest == reason else BECAUSE.search(text)
    if reason is not None and because is not None:
        _fill(state, reason, text[because.end() :])
        text = text[: because.start()].rstrip()
        rest = None if rest == reason else rest
    if rest is not None:
        _fill(state, rest, text)
    else:
        state.leftover = text


def _fill(state: ParseState, name: str, text: str) -> None:
    form_field = state.form_fields[name]
    if not text:
        return
    if form_field.control in _FREE_TEXT:
        state.values[name] = text
        return
    found = parse_value(form_field, text.split(), state.vocabulary)
    if found is None or found.words < len(text.split()):
        state.invalid.append((name, text))
    else:
        state.values[name] = found.value
