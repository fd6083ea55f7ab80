"""Finds in a text a person, an incident, a priority or a service for which the verb has an empty field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.grammar.field_values import fill_priority
from bot.grammar.parse_state import HAPPENED, ParseState
from bot.grammar.text.fixed_words import slug
from bot.grammar.tokenizer import Token, last_tokens
from bot.grammar.value_parser import is_incident, looks_like_person
from commands.core.fields.form_field import Control
from commands.core.words.near_misses import nearest

_PRIORITY: Final = re.compile(r"(?:p|sev|prio|priority)[-_]?([1-5])", re.IGNORECASE)
_BRACKETS: Final = "()[]"
# After these a priority is part of the sentence: `this looks like a P1`.
_BEFORE_A_NOUN: Final = frozenset(
    {"a", "an", "the", "as", "is", "to", "of", "for", "in", "on", "this", "our", "like", "not", "and", "or"}
)


def hint_mentions(state: ParseState, tokens: Sequence[Token]) -> None:
    """Doubt what the words of a text name and an empty field may be meant for; fill the field where one thing alone fits."""
    _hint_person(state, tokens)
    _hint_incident(state, tokens)
    _hint_priority(state, tokens)
    _hint_service(state, tokens)


def _hint_person(state: ParseState, tokens: Sequence[Token]) -> None:
    empty = _empty(state, Control.PERSON)
    if empty is None:
        return
    person = next(
        (token.text.strip(_BRACKETS) for token in tokens if looks_like_person(token.text.strip(_BRACKETS))), None
    )
    if person is not None:
        state.doubt("person", person, state.form_fields[empty].label)


def _hint_incident(state: ParseState, tokens: Sequence[Token]) -> None:
    empty = _empty(state, Control.INCIDENT)
    if empty is None or not tokens:
        return
    words = [token.text.strip(_BRACKETS) for token in tokens]
    named = next((word for word in words if is_incident(word)), words[0] if words[0].isdigit() else None)
    if named is not None:
        state.values[empty] = named
        state.doubt("field_in_words", named, state.form_fields[empty].label)


def _hint_priority(state: ParseState, tokens: Sequence[Token]) -> None:
    levels = [name for name, one in state.empty_fields() if one.control is Control.LEVEL]
    for token in tokens if len(levels) == 2 else ():
        if found := _PRIORITY.fullmatch(token.text.strip(_BRACKETS)):
            fill_priority(state, levels, token.text, found[1])
            return


def take_last_priority(state: ParseState, start: int, end: int) -> int:
    """Read the priority at the end of a declaration, as in `checkout is down p1`: it is no part of the title; return where that ends."""
    levels = [name for name, one in state.empty_fields() if one.control is Control.LEVEL and not one.leading]
    tokens = [one for one in last_tokens(state.line.text[:end], 2) if one.start >= start]
    if len(levels) != 2 or len(tokens) < 2 or tokens[0].text.lower() in _BEFORE_A_NOUN:
        return end
    found = _PRIORITY.fullmatch(tokens[1].text.strip(_BRACKETS))
    if found is None:
        return end
    fill_priority(state, levels, tokens[1].text.strip(_BRACKETS), found[1])
    return len(state.line.text[: tokens[1].start].rstrip(" ,;:-–—"))


def _hint_service(state: ParseState, tokens: Sequence[Token]) -> None:
    empty = _empty(state, Control.SERVICE)
    if empty is None:
        return
    names = {slug(name): name for name in state.vocabulary.services}
    found = {names[words] for words in _spans(tokens) if words in names}
    if len(found) == 1:
        state.values[empty] = found.pop()
        state.doubt("service", str(state.values[empty]))
    elif not found and state.form_fields[empty].needed:
        _hint_misspelt_service(state, empty, names, tokens)


def _hint_misspelt_service(state: ParseState, empty: str, names: Mapping[str, str], tokens: Sequence[Token]) -> None:
    """Fill in the service that one word of the text misses by little, as in `chekout is down`."""
    near = [(token.text, names[one]) for token in tokens if (one := nearest(slug(token.text), names))]
    if len({name for _, name in near}) == 1:
        state.values[empty] = near[0][1]
        state.doubt("service_near", near[0][0], near[0][1])


def _spans(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield one, two and three words in a row, as fixed words are compared."""
    for index, token in enumerate(tokens):
        yield slug(token.text)
        for count in (2, 3):
            yield slug(" ".join(one.text for one in tokens[index : index + count]))


def _empty(state: ParseState, control: Control) -> str | None:
    return next((name for name, one in state.empty_fields() if one.control is control and name != HAPPENED), None)
