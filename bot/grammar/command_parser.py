"""Reads a typed line into a verb and a draft of its fields. Knows how lines are written; runs, refuses and asks nothing.

Fixed words come first, for leading fields only; other fields as `name=value` or `name value` before the text; then the
text, kept to the letter; `because …` gives the reason. A line that can be read in two ways says so, and nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from bot.grammar.field_parser import HAPPENED, ParseState, parse_fields
from bot.grammar.value_parser import Vocabulary
from commands.core import verb_registry
from commands.core.fields.form_field import Control, FormField, form_fields, missing
from commands.core.verb import Verb
from incident.frozen import clean
from roles.person_ids import PersonId

_FIRST: Final = re.compile(r"\s*(\S+)\s*")
_NUMBER: Final = re.compile(r"INC-\d{4}-\d{4,}", re.IGNORECASE)
_HAPPENED: Final = FormField("It happened", Control.MOMENT, past=True)


@dataclass(frozen=True)
class ParsedCommand:
    """What a line says. Whole when it names a verb, leaves nothing needed out and can be read in one way only.

    `word` is the word that should name a verb; `nearest` the closest one when it names none. `unread` are values that
    could not be read, by field; `left` is text for which the verb has no field. `number` is the incident it names.
    """

    verb: type[Verb] | None = None
    fields: dict[str, JsonValue] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    ambiguous: bool = False
    unread: tuple[tuple[str, str], ...] = ()
    left: str = ""
    word: str = ""
    nearest: str | None = None
    number: str | None = None
    occurred_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not self.word

    @property
    def is_whole(self) -> bool:
        """Tell whether it can be acted on as it is, without a form."""
        return bool(self.verb) and not (self.missing or self.ambiguous or self.unread or self.left)


def parse_command(
    line: str,
    *,
    at: datetime,
    zone: str = "UTC",
    person: Callable[[str], PersonId | None] = lambda word: None,
    services: Collection[str] = (),
) -> ParsedCommand:
    """Read a line as somebody in `zone` typed it at `at`. Any text gives a reading; none is an error."""
    number, rest = _number(clean(line))
    word, rest = _word(rest)
    if not word:
        return ParsedCommand(number=number)
    verb, fixed, rest = _verb(word, rest)
    if verb is None:
        return ParsedCommand(word=word, nearest=verb_registry.nearest(word), number=number)
    known = Vocabulary(at, zone, person, services)
    draft = parse_fields({HAPPENED: _HAPPENED, **form_fields(verb)}, rest, known)
    happened = draft.fields.pop(HAPPENED, None)
    told = datetime.fromisoformat(happened) if isinstance(happened, str) else None
    return _reading(verb, draft, fixed, ParsedCommand(verb=verb, word=word, number=number, occurred_at=told))


def _reading(verb: type[Verb], draft: ParseState, fixed: dict[str, JsonValue], begun: ParsedCommand) -> ParsedCommand:
    fields = {**draft.fields, **fixed}
    takes_words = any(not ask.hidden for ask in form_fields(verb).values()) and not verb.is_query
    return replace(
        begun,
        fields=fields,
        missing=missing(verb, dict(fields)),
        ambiguous=draft.ambiguous,
        unread=tuple(draft.unread),
        left=draft.left if takes_words else "",
    )


def _number(line: str) -> tuple[str | None, str]:
    """Take the incident's number off the front, where somebody outside its channel names it."""
    word, rest = _word(line)
    return (word.upper(), rest) if _NUMBER.fullmatch(word) else (None, line)


def _word(line: str) -> tuple[str, str]:
    found = _FIRST.match(line)
    return (found[1], line[found.end() :]) if found else ("", "")


def _verb(word: str, rest: str) -> tuple[type[Verb] | None, dict[str, JsonValue], str]:
    """Find the verb. `drill declare …` declares a drill; an alias that names a field (`impact 1`) is read as one."""
    verb = verb_registry.find(word)
    if verb is None:
        return None, {}, rest
    second, after = _word(rest)
    other = verb_registry.find(second) if word.lower() == "drill" and second else None
    if other is not None and other.opens_incident:
        return other, {"drill": True}, after
    named = {name for key, ask in form_fields(verb).items() for name in (key, *ask.words)}
    is_field = word.lower() != verb.name and word.lower() in named
    return verb, {}, f"{word} {rest}" if is_field else rest
