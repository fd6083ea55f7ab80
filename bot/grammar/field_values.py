"""Fills one field from words of the line: the value of `name=value`, a value after words that mean nothing, a priority.

Shared by the fields before the text and those after it. Knows the controls of fields; knows no verb.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.grammar.parse_state import FREE_TEXT, ParseState
from bot.grammar.text.fixed_words import slug
from bot.grammar.tokenizer import Assignment, Token, tokens_of
from bot.grammar.value_parser import ParsedValue, looks_like_person, parse_value
from commands.core.fields.form_field import Control, FormField
from commands.core.words.near_misses import nearest

# Words that people put before a value, and that belong to no field.
FILLERS: Final[dict[Control, re.Pattern[str]]] = {
    Control.PERSON: re.compile(r"to|for|by|with|from|is"),
    Control.ROLE: re.compile(r"as|to|the|a|an|role|of|be|for|new|my|his|her|their|your"),
    Control.AUDIENCES: re.compile(r"to|for|our"),
    Control.CATEGORY: re.compile(r"to|as|is"),
    Control.CHOICE: re.compile(r"as|is|a|an|to|it|was"),
    Control.INCIDENT: re.compile(r"to|of|with|incident|number"),
    Control.LEVEL: re.compile(r"to|is|at|level"),
    Control.MINUTES: re.compile(r"for|in|by|another"),
    Control.MOMENT: re.compile(r"at|is|to|was|on|by|update"),
    Control.SERVICE: re.compile(r"for|of|service"),
    Control.SCHEDULE: re.compile(r"for|of|on|by|the|schedule|rota"),
    Control.SERVICES: re.compile(r"for|of|on|to|and|in|with|services?"),
    Control.LINE: re.compile(r"message|entry|the"),
}
_MOST_FILLERS: Final = 4
# `P1`, `sev2:`, `severity 1` in front of other words.
_LEADING_PRIORITY: Final = re.compile(
    r"(?P<words>(?:(?:p|sev|prio)[-_]?|(?:sev|severity|prio|priority)[ :=]+(?:p|sev)?)(?P<number>[1-5]))(?=[\s:;,.!–—-]|$)",
    re.IGNORECASE,
)
_PLAIN_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}[,;:.]?")


def assign(state: ParseState, name: str, found: Assignment) -> int | None:
    """Fill the field of a `name=value`; return where the value ends, or None if it does not fit.

    Unquoted, it may go on in the tokens that follow (`next=tomorrow 09:00`).
    """
    form_field, text = state.form_fields[name], state.line.text
    person = _empty_person(state) if form_field.control is Control.LINE and looks_like_person(found.value) else None
    if person is not None:  # `to=@ilse` where `to` is for those outside
        name, form_field = person, state.form_fields[person]
    if form_field.control is Control.CHECK and not found.value:
        state.values[name] = True
        return found.end
    if form_field.control in FREE_TEXT:
        value = free_text(state, form_field, value_source(state, found))
        if value is None:
            return None
        state.values[name] = value.value
        return found.end
    following = tokens_of(text, found.end if found.quoted else found.value_start)
    if found.quoted:
        words = [value_source(state, found)] if form_field.outside else found.value.split()
    else:
        words = [token.raw for token in following]
    value = parse_value(form_field, words, state.vocabulary)
    if value is None and form_field.needed and form_field.control is Control.SERVICE:
        value = _nearest_service(state, found.value)
    if value is None or (found.quoted and value.words < len(words) and not value.doubt):
        return None
    take_value(state, name, value, " ".join(words[: value.words]))
    return found.end if found.quoted else following[value.words - 1].end


def _nearest_service(state: ParseState, word: str) -> ParsedValue | None:
    """Return the service that a word misses by little, with a doubt that names it: `service=signin` where it is `sign-in`."""
    names = {slug(name): name for name in state.vocabulary.services}
    near = nearest(slug(word), names)
    return ParsedValue(names[near], 1, doubt="service_near") if near else None


def _empty_person(state: ParseState) -> str | None:
    return next((name for name, one in state.empty_fields() if one.control is Control.PERSON and one.leading), None)


def value_source(state: ParseState, found: Assignment) -> str:
    """Return the value of a `name=value` as it is written, without its quotes."""
    quote = 1 if found.quoted else 0
    return state.line.cut(found.value_start + quote, found.end - quote)


def take_value(state: ParseState, name: str, value: ParsedValue, words: str) -> None:
    """Fill a field, with a doubt about its value if there is one."""
    if value.value is not None:
        state.values[name] = value.value
    is_moment = state.form_fields[name].control is Control.MOMENT and value.value is not None
    day = other_day_of(state, state.form_fields[name], value)
    if is_moment and (day or not _PLAIN_CLOCK.fullmatch(words)):
        state.times.append((words.rstrip(",;:."), str(value.value)))
    if value.doubt:
        also = str(value.value) if value.doubt == "service_near" else state.form_fields[name].label
        state.doubt(value.doubt, words.rstrip(",;:"), also, day)
    elif value.value is None:
        state.invalid.append((name, words))
    state.last_field, state.last_words = name, words.rstrip(",;:")


def other_day_of(state: ParseState, form_field: FormField, value: ParsedValue) -> str:
    """Return the day of a moment that was read, unless it is the author's today; '' for any other value."""
    is_moment = form_field.control is Control.MOMENT and value.value is not None
    return state.other_day(datetime.fromisoformat(str(value.value))) if is_moment else ""


def free_text(state: ParseState, form_field: FormField, text: str) -> ParsedValue | None:
    """Take a text as it is; `Category/Subcategory` fills both fields, if there are both."""
    if form_field.control is Control.CHECK:
        return parse_value(form_field, [text], state.vocabulary) if text else None
    if form_field.control is Control.CATEGORY and "/" in text and "subcategory" in state.form_fields:
        text, _, subcategory = text.partition("/")
        state.values["subcategory"] = subcategory.strip()
    return ParsedValue(text.strip(), 1) if text.strip() else None


def value_after_fillers(
    state: ParseState, form_field: FormField, tokens: Sequence[Token]
) -> tuple[ParsedValue | None, int]:
    """Parse a value and the words before it that mean nothing (`to @ilse`, `as the comms lead`); return how many these are."""
    fillers = FILLERS.get(form_field.control)
    for skipped in range(min(_MOST_FILLERS, len(tokens))):
        words = [token.raw for token in tokens[skipped:]]
        if found := parse_value(form_field, words, state.vocabulary):
            return found, skipped
        if fillers is None or not fillers.fullmatch(tokens[skipped].text.lower()):
            break
    return None, 0


def fill_priority(state: ParseState, levels: Sequence[str], word: str, number: str) -> None:
    """Fill impact and urgency for a priority and ask about them; leave both open where several pairs or none give it."""
    pairs = list(state.vocabulary.priorities.get(f"P{number}", ()))
    also = ", ".join(f"{impact}/{urgency}" for impact, urgency in pairs)
    if len(pairs) == 1:
        state.values[levels[0]], state.values[levels[1]] = pairs[0]
        state.doubt("priority", word, also)
    else:
        state.doubt("priority_levels", word, also)


def leading_priority(text: str, start: int) -> re.Match[str] | None:
    """Return the priority with which a text begins at a position: its `words`, and its `number`; None if it begins with none."""
    return _LEADING_PRIORITY.match(text, start)
