"""Parses a typed line into a verb and its fields. Knows how lines are written; runs, refuses and asks nothing.

A line is `[incident number] verb [fields] [text] [because reason]`:

| form | example |
|---|---|
| verb, or another name of it | `handover …`, `handoff …` |
| number first, outside the incident's channel | `INC-2026-0042 ack` |
| another name that is a field too | `impact 1 urgency 2 …` (the verb `priority`) |
| `drill` before a declaration | `drill declare service=checkout Payments fail` |
| when it happened, if earlier | `note happened=13:40 Saw the first errors` |

The line is parsed in one pass: number, verb, then the fields (`field_parser`). A line that can be read in two ways is
ambiguous, and a word that is no verb comes back with the nearest one: nothing is guessed.
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
from roles.person_ids import PersonId

_FIRST_WORD: Final = re.compile(r"\s*(\S+)\s*")
_NUMBER: Final = re.compile(r"INC-\d{4}-\d{4,}", re.IGNORECASE)
_HAPPENED: Final = FormField("It happened", Control.MOMENT, past=True)


@dataclass(frozen=True)
class ParsedCommand:
    """A typed line, parsed. It is complete if it names a verb, has every needed field and can be read in one way only.

    `word` is the word in the place of the verb, `nearest` the verb most like it when it is none. `invalid` are values
    that do not fit their field, by field; `leftover` is text for which the verb has no field. `number` is the incident
    that the line names; `occurred_at` (UTC) is when it happened, if the line gives it.
    """

    verb: type[Verb] | None = None
    fields: dict[str, JsonValue] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    ambiguous: bool = False
    invalid: tuple[tuple[str, str], ...] = ()
    leftover: str = ""
    word: str = ""
    nearest: str | None = None
    number: str | None = None
    occurred_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """True if nothing was typed but, perhaps, a number."""
        return not self.word

    @property
    def is_complete(self) -> bool:
        """True if the command can run as it is, without a form."""
        return bool(self.verb) and not (self.missing or self.ambiguous or self.invalid or self.leftover)


def parse_command(
    line: str,
    *,
    at: datetime,
    zone: str = "UTC",
    person: Callable[[str], PersonId | None] = lambda word: None,
    services: Collection[str] = (),
) -> ParsedCommand:
    """Parse a line typed at `at` (UTC) by a person in the time zone `zone`. Any text parses; none is an error.

    `person` and `services` are those of `Vocabulary`.
    """
    number, rest = _split_number(line)
    word, rest = _split_word(rest)
    if not word:
        return ParsedCommand(number=number)
    verb, preset, rest = _find_verb(word, rest)
    if verb is None:
        return ParsedCommand(word=word, nearest=verb_registry.nearest(word), number=number)
    vocabulary = Vocabulary(at, zone, person, services)
    state = parse_fields({HAPPENED: _HAPPENED, **form_fields(verb)}, rest, vocabulary)
    happened = None if HAPPENED in verb.model_fields else state.values.pop(HAPPENED, None)
    occurred_at = datetime.fromisoformat(happened) if isinstance(happened, str) else None
    named = ParsedCommand(verb=verb, word=word, number=number, occurred_at=occurred_at)
    return _with_fields(named, verb, state, preset)


def _with_fields(
    named: ParsedCommand, verb: type[Verb], state: ParseState, preset: dict[str, JsonValue]
) -> ParsedCommand:
    """Add the parsed fields. Text after a verb that has no field or only asks (`ack on my way`) is no leftover."""
    fields = {**state.values, **preset}
    takes_text = bool(form_fields(verb)) and not verb.is_query
    return replace(
        named,
        fields=fields,
        missing=missing(verb, dict(fields)),
        ambiguous=state.ambiguous,
        invalid=tuple(state.invalid),
        leftover=state.leftover if takes_text else "",
    )


def _split_number(line: str) -> tuple[str | None, str]:
    """Split the number of an incident off the front of a line."""
    word, rest = _split_word(line)
    return (word.upper(), rest) if _NUMBER.fullmatch(word) else (None, line)


def _split_word(line: str) -> tuple[str, str]:
    found = _FIRST_WORD.match(line)
    return (found[1], line[found.end() :]) if found else ("", "")


def _find_verb(word: str, rest: str) -> tuple[type[Verb] | None, dict[str, JsonValue], str]:
    """Return the verb, the fields its words preset, and the rest of the line.

    `drill declare …` presets `drill`; another name of a verb that is also one of its fields stays in the rest
    (`impact 1`).
    """
    verb = verb_registry.find(word)
    if verb is None:
        return None, {}, rest
    second, after = _split_word(rest)
    declared = verb_registry.find(second) if word.lower() == "drill" and second else None
    if declared is not None and declared.opens_incident:
        return declared, {"drill": True}, after
    names = {name for key, one in form_fields(verb).items() for name in (key, *one.words)}
    is_field = word.lower() != verb.name and word.lower() in names
    return verb, {}, f"{word} {rest}" if is_field else rest
