"""Finds in a text what may belong into a field: a time at its start or end, a person, an incident, a priority, a fixed word.

The field is filled where the words leave no choice, and the text stays whole: both are shown in the form, with the reason. One
thing is read at once: a time before a colon or a dash (`03:58 - pager fired`, `[17:20 UTC] …`), as a log has it.
"""

from __future__ import annotations

import re
from typing import Final

from bot.grammar.datetime_parser import MARKS, MOST_WORDS
from bot.grammar.parse_state import HAPPENED, ParseState
from bot.grammar.text.amounts import ABOUT, AMOUNT
from bot.grammar.text.fixed_words import BEGINS_SENTENCE, slug
from bot.grammar.text.mention_hints import hint_mentions
from bot.grammar.text.time_hints import TIMED, hint_first_time, hint_last_time, hint_named_value, take_stamp
from bot.grammar.tokenizer import Token, assignment_at, assignments_in, last_tokens, tokens_of
from bot.grammar.value_parser import INCIDENT_NUMBER, looks_like_person, parse_value
from commands.core.fields.form_field import Control, FormField
from commands.core.words.near_misses import nearest
from roles.role_names import ALIASES, Role, read_role

_ID: Final = re.compile(r"[A-Za-z]{1,4}-?\d{1,6}")
_SEVERAL: Final = frozenset({Control.CHOICES, Control.AUDIENCES})
_SINGLE: Final = frozenset({Control.CHOICE, Control.ROLE, Control.SERVICE, Control.SCHEDULE})


def add_hints(state: ParseState, start: int, end: int, rest: str) -> None:
    """Fill fields from what the text between two positions holds, with a doubt for each; `rest` is the text's own field."""
    text = state.line.text[:end]
    head = tokens_of(text, start, MOST_WORDS + 2)
    if not head or state.form_fields[rest].control in TIMED:
        return
    if not take_stamp(state, text, start, head):
        hint_first_time(state, head)
    _hint_unknown_field(state, text, start)
    hint_fixed_word(state, head[0])
    _hint_list(state, head[0])
    _hint_audience(state, head[0])
    _hint_addressee(state, head)
    _hint_second(state, head)
    _hint_id(state, head)
    _hint_amount(state, head)
    _hint_box(state, head, last_tokens(text, 1) or head)
    # In a line an incident may be the record itself: `link related INC-2026-0007`.
    if INCIDENT_NUMBER.fullmatch(head[0].text) and state.form_fields[rest].control is not Control.LINE:
        state.doubt("incident_first", head[0].text)
    add_later_hints(state, start, end)


def add_later_hints(state: ParseState, start: int, end: int) -> None:
    """Fill fields from what a text or a reason holds anywhere or at its end."""
    text = state.line.text[:end]
    tail = [_bare(token) for token in last_tokens(text, MOST_WORDS + 4) if token.start >= start]
    if not hint_named_value(state, tail):
        hint_last_time(state, tail)
    hint_mentions(state, tokens_of(text, start, len(text)))


def _bare(token: Token) -> Token:
    """Return a token without the brackets around it."""
    return token._replace(text=token.text.strip(MARKS), raw=token.raw.strip(MARKS) or token.raw)


def hint_fixed_word(state: ParseState, first: Token) -> None:
    """Doubt a first word that is nearly a fixed word of a leading field without a value."""
    for name, form_field in state.empty_fields():
        near = nearest(first.text, _fixed_words(name, form_field)) if form_field.leading else None
        if near is not None:
            role = read_role(near) if form_field.control is Control.ROLE else None
            if role is not None:
                state.values[name] = role.value
            state.doubt("near", first.text, near.replace("_", " "))
            return


def _hint_list(state: ParseState, first: Token) -> None:
    """Doubt the word of a list that is nearly a fixed one (`internal,bord`, `internal, bord`), and take those that are."""
    last = state.form_fields.get(state.last_field)
    if last is not None and last.control in _SEVERAL and state.line.text[: state.position].rstrip()[-1:] == ",":
        near = nearest(first.text, _fixed_words(state.last_field, last))
        if near is not None:
            state.doubt("near", first.text, near.replace("_", " "))
        return
    words = [word for word in first.text.split(",") if word]
    for name, form_field in state.empty_fields():
        if len(words) < 2 or not form_field.leading or form_field.control not in _SEVERAL:
            continue
        known = [word for word in words if parse_value(form_field, [word], state.vocabulary) is not None]
        unknown = next((word for word in words if word not in known), None)
        near = nearest(unknown, _fixed_words(name, form_field)) if unknown else None
        if known and unknown and near:
            state.values[name] = list(known)
            state.doubt("near", unknown, near.replace("_", " "))
        return


def _hint_audience(state: ParseState, first: Token) -> None:
    """Doubt a first word that is meant for an audience and is none: `legal we may have to report it`."""
    is_lacking = any(one.control is Control.AUDIENCES and one.needed for _, one in state.empty_fields())
    is_word = first.text.isalpha() and first.text.islower() and first.text not in BEGINS_SENTENCE
    if is_lacking and is_word and not any(one.reason == "near" for one in state.doubts):
        state.doubt("no_audience", first.text)


def _fixed_words(name: str, form_field: FormField) -> tuple[str, ...]:
    """Return the fixed words of a field: its choices, their synonyms, the names of a box to tick, the roles."""
    if form_field.control is Control.ROLE:
        return (*ALIASES, *Role)
    if form_field.control is Control.CHECK:
        return (name, *form_field.words)
    return (*(slug(value) for value, _ in form_field.choices), *(slug(word) for word, _ in form_field.synonyms))


def _hint_unknown_field(state: ParseState, text: str, start: int) -> None:
    """Doubt `name=value` at the start or the end of a text whose verb has fields of names, but none of this one."""
    named = [one for name, one in state.form_fields.items() if name != HAPPENED]
    if all(one.leading or one.rest or one.because for one in named):
        return
    first, found = assignment_at(text, start), assignments_in(text, start)
    last = found[-1] if found and not text[found[-1].end :].strip(" ,;.") else None
    for one in (first, last):
        if one is not None and not one.is_named_by_colon and state.field_named(one.name) is None:
            state.doubt("no_such_field", state.line.cut(one.start, one.end))


def _hint_addressee(state: ParseState, head: list[Token]) -> None:
    """Doubt words that name who is meant, but no person: `to the database team …`, `Sam: …`, a second person."""
    empty = [one for _, one in state.empty_fields() if one.control is Control.PERSON and one.leading]
    first = head[0]
    if empty and len(head) > 1 and (first.text.lower() == "to" or (first.raw.endswith(":") and first.text.isalpha())):
        shown = " ".join(token.text for token in head[:3]) if first.text.lower() == "to" else first.text
        state.doubt("no_person", shown, empty[0].label)


def _hint_second(state: ParseState, head: list[Token]) -> None:
    """Doubt a second value for a field that takes one: another person, another id, `customer, exec`."""
    last, first = state.form_fields.get(state.last_field), head[0]
    if last is None:
        return
    is_joined = first.text.lower() in ("and", "&", "+") or state.line.text[: state.position].rstrip()[-1:] == ","
    words = [token.raw for token in (head[1:] if first.text.lower() in ("and", "&", "+") else head)]
    is_person = last.control is Control.PERSON and bool(words) and looks_like_person(words[0])
    is_id = bool(words) and _is_second_id(state, last, words[0].rstrip(",;:."), is_joined=is_joined)
    is_choice = is_joined and last.control in _SINGLE and parse_value(last, words, state.vocabulary) is not None
    if is_person or is_id or is_choice:
        state.doubt("second", words[0].rstrip(",;:."), last.label)


def _is_second_id(state: ParseState, last: FormField, word: str, *, is_joined: bool) -> bool:
    """True for an id after another one, also with fields between them: `move T1 T2 due=friday`, `771234, 771235`."""
    if last.control is Control.WORD and (
        _ID.fullmatch(word) or (word.lstrip("#").isdigit() and (is_joined or len(word) > 3))
    ):
        return True
    given = (
        str(state.values.get(n)) for n, one in state.form_fields.items() if one.control is Control.WORD and one.leading
    )
    letters = word.rstrip("0123456789").lower()
    return bool(_ID.fullmatch(word)) and any(
        _ID.fullmatch(one) and one.rstrip("0123456789").lower() == letters for one in given
    )


def _hint_id(state: ParseState, head: list[Token]) -> None:
    """Doubt an id among the first words of a text whose field for one is empty: `tempfix edit TF1 …`."""
    empty = next((name for name, one in state.empty_fields() if one.control is Control.WORD and one.leading), None)
    form = state.form_fields[empty].pattern if empty else ""
    ids = (token.text for token in head[:3] if _ID.fullmatch(token.text))
    found = next((one for one in ids if re.fullmatch(form or r".+", one, re.IGNORECASE)), None) if empty else None
    if empty is not None and found is not None:
        state.values[empty] = found
        state.doubt("field_in_words", found, state.form_fields[empty].label)


def _hint_amount(state: ParseState, head: list[Token]) -> None:
    """Doubt an amount at the start of a text whose verb asks for a count, written as no whole number: `1,200`, `about 40`, `12%`."""
    counts = (one for _, one in state.empty_fields() if one.control is Control.WORD and one.leading and one.pattern)
    if any(re.fullmatch(one.pattern, "1") for one in counts):
        about = int(head[0].text.lower() in ABOUT and len(head) > 1)
        if AMOUNT.fullmatch(head[about].text.lower()):
            state.doubt("number", " ".join(token.text for token in head[: about + 1]))


def _hint_box(state: ParseState, head: list[Token], tail: list[Token]) -> None:
    """Doubt the name of a box to tick at the start or the end of a text (`… private`): it may be the field's."""
    boxes = {
        word: one.label
        for name, one in state.empty_fields()
        if one.control is Control.CHECK and not (one.leading or one.on_request or one.form_only)
        for word in (name, *one.words)
    }
    for token in (head[0], tail[-1]):
        if (word := token.text.lower().strip("()[]-–—")) in boxes:
            state.doubt("box", token.text, boxes[word])
