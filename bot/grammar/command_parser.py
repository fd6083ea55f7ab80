"""Parses a typed line into a verb and its fields. Knows how lines are written; runs, refuses and asks nothing.

A line is `[incident] verb [fields] [text] [because reason] [fields]`:

| form | example |
|---|---|
| verb, or another name of it | `handover …`, `hand over: …`, `handoff …` |
| incident first, outside its channel | `INC-2026-0042 ack`, `#42 ack`, `<#C12AB> ack` |
| another name that is a field too | `impact 1 urgency 2 …`, `P1 because …` (the verb `priority`) |
| a role in the place of the verb | `commander @ilse` (the verb `assign`), `scribe` (the form of `take`) |
| `drill` before a declaration | `drill declare service=checkout Payments fail` |
| when it happened, if earlier | `note happened=13:40 Saw the first errors`, `note 13:40: Saw the first errors` |

The line is parsed in one pass: incident, verb, then the fields (`field_parser`). A line that can be read in two ways is
ambiguous, what may be meant otherwise is a doubt, and words without a verb come back whole: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from bot.grammar.dated_lines import read_note
from bot.grammar.field_parser import parse_fields
from bot.grammar.parse_state import HAPPENED, Doubt, ParseState
from bot.grammar.text.negations import negation_in
from bot.grammar.tokenizer import assignments_in
from bot.grammar.typed_line import TypedLine, read_line
from bot.grammar.value_parser import Vocabulary
from bot.grammar.verb_phrase import LEAD, VerbPhrase, find_incident, find_phrase, reads_as_report
from bot.grammar.words_left import names_incident, tells
from commands.core.fields.form_field import Control, FormField, form_fields, missing
from commands.core.rules.incident_by_number import full_number
from commands.core.verb import Verb
from commands.core.words.verb_suggestions import suggestion
from roles.person_ids import PersonId

_HAPPENED: Final = FormField(
    "It happened", Control.MOMENT, past=True, words=("at", "when", "time", "occurred", "occurred_at")
)


@dataclass(frozen=True)
class ParsedCommand:
    """A typed line, parsed. It is complete if it names a verb, has every needed field and can be read in one way only.

    `word` is the word in the place of the verb; when it is none, `nearest` is the verb that may be meant and `text` the whole
    line without the incident. `invalid` are values that do not fit their field, by field; `doubts` are readings that a person
    must confirm; `either` are the words of an ambiguous line that may start the text too, and the label of the field that they fill; `leftover` is text for which the verb has no field, and `unused` such text that changes nothing. `number` or
    `channel` is the incident that the line names; `times` are times with a zone, a day or a length, in words and in UTC;
    `report` is the line, without the incident, where it is about a priority and reads as the report of a new incident too;
    `time_in_text` is a past time at the end of a text, which stays text;
    `occurred_at` (UTC) is when it happened, if the line gives it.
    """

    verb: type[Verb] | None = None
    fields: dict[str, JsonValue] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    ambiguous: bool = False
    either: tuple[str, str] | None = None
    invalid: tuple[tuple[str, str], ...] = ()
    doubts: tuple[Doubt, ...] = ()
    leftover: str = ""
    unused: str = ""
    word: str = ""
    text: str = ""
    report: str = ""
    nearest: str | None = None
    number: str | None = None
    channel: str | None = None
    times: tuple[tuple[str, str], ...] = ()
    time_in_text: str = ""
    occurred_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """True if nothing was typed but, perhaps, an incident."""
        return not self.word

    @property
    def is_complete(self) -> bool:
        """True if the command can run as it is, without a form."""
        is_open = self.missing or self.ambiguous or self.invalid or self.doubts or self.leftover
        return bool(self.verb) and not is_open


def parse_command(
    line: str,
    *,
    at: datetime,
    zone: str = "UTC",
    person: Callable[[str], PersonId | None] = lambda word: None,
    services: Collection[str] = (),
    priorities: Mapping[str, Collection[tuple[int, int]]] | None = None,
    schedules: Mapping[str, str] | None = None,
) -> ParsedCommand:
    """Parse a line typed at `at` (UTC) by a person in the time zone `zone`. Any text parses; none is an error.

    `person`, `services`, `priorities` and `schedules` are those of `Vocabulary`.
    """
    return parse_with(line, Vocabulary(at, zone, person, services, priorities or {}, schedules or {}))


def parse_with(line: str, vocabulary: Vocabulary) -> ParsedCommand:
    """Parse a line against a vocabulary. Any text parses; none is an error."""
    at, zone = vocabulary.at, vocabulary.zone
    typed = read_line(line)
    named = find_incident(typed.text)
    command = ParsedCommand(number=full_number(named.number, at.year) if named.number else None, channel=named.channel)
    phrase = find_phrase(typed.text, named.end)
    if phrase is None:
        return command
    if phrase.verb is None:
        near = suggestion(phrase.word, typed.text[phrase.end :])
        return replace(command, word=phrase.word, nearest=near, text=typed.cut(named.end))
    report = typed.cut(named.end).strip() if reads_as_report(typed.text, phrase) else ""
    command = replace(command, verb=phrase.verb, word=phrase.word, report=report)
    takes_lines = "lines" in phrase.verb.model_fields
    dated = read_note(typed.cut(phrase.end), at=at, zone=zone) if takes_lines else None
    if dated is not None:
        return replace(command, fields=dated.fields, invalid=dated.invalid)
    return _parsed(command, phrase.verb, phrase, typed, vocabulary)


def _parsed(
    command: ParsedCommand, verb: type[Verb], phrase: VerbPhrase, typed: TypedLine, vocabulary: Vocabulary
) -> ParsedCommand:
    own = HAPPENED in verb.model_fields
    happened = {} if verb.only_answers() or own else {HAPPENED: _HAPPENED}
    state = parse_fields(
        {**_typed_fields(verb), **happened}, typed, vocabulary, phrase.end, is_dated=verb.dated, asserts=verb.asserts
    )
    above_lines = [name for name, one in form_fields(verb).items() if one.above_lines]
    for one in assignments_in(typed.text, phrase.end) if above_lines else ():
        if one.name in above_lines:
            state.doubt("no_such_field", typed.cut(one.start, one.end))
    moment = None if own else state.values.pop(HAPPENED, None)
    fields = {**state.values, **phrase.preset}
    doubts = [*state.doubts, *_doubts_of_role(phrase, fields)]
    parsed = replace(
        command,
        fields=fields,
        missing=missing(verb, dict(fields)),
        ambiguous=state.ambiguous,
        either=_either(state),
        invalid=tuple(state.invalid),
        doubts=tuple(doubts),
        times=tuple(state.times),
        time_in_text=state.time_in_text if moment is None and not own else "",
        occurred_at=datetime.fromisoformat(moment) if isinstance(moment, str) else None,
    )
    return _with_leftover(parsed, verb, state, vocabulary) if state.leftover else parsed


def _either(state: ParseState) -> tuple[str, str] | None:
    last = state.form_fields.get(state.last_field)
    return (state.last_words, last.label) if state.ambiguous and last and state.last_words else None


def _doubts_of_role(phrase: VerbPhrase, fields: Mapping[str, JsonValue]) -> tuple[Doubt, ...]:
    """Doubt a role that is there alone, and a word such as `lead` that fits several roles."""
    if phrase.word.lower() in LEAD and "role" not in fields:
        return (Doubt("which_role", phrase.word),)
    return (Doubt("role_alone", phrase.word),) if phrase.is_role_alone else ()


def _typed_fields(verb: type[Verb]) -> dict[str, FormField]:
    return {name: one for name, one in form_fields(verb).items() if not one.above_lines}


def _with_leftover(parsed: ParsedCommand, verb: type[Verb], state: ParseState, vocabulary: Vocabulary) -> ParsedCommand:
    """Add the text that no field takes. A question may go to another incident, and plain words do no harm to it."""
    left, fields = state.leftover, form_fields(verb)
    other = names_incident(left)
    if verb.is_query and verb.needs_incident and other and parsed.number is None:
        return replace(parsed, number=full_number(other, vocabulary.at.year), ambiguous=False)
    empty = [(name, one) for name, one in fields.items() if one.leading and name not in parsed.fields]
    if verb.is_query and empty and empty[0][1].control is Control.SERVICE:
        return replace(parsed, invalid=(*parsed.invalid, (empty[0][0], left)), ambiguous=False)
    acts = verb.is_query or not fields
    is_plain = not tells(left, vocabulary) and not (verb.asserts and negation_in(left))
    if acts and not empty and not verb.drastic and is_plain:
        return replace(parsed, unused=left, ambiguous=False)
    reason = next(
        (name for name, one in fields.items() if one.because and not (one.rest or one.words or one.only)), None
    )
    if (
        reason is not None
        and reason not in parsed.fields
        and not (tells(left, vocabulary) or other or negation_in(left))
    ):
        asked = Doubt("as_reason", left, fields[reason].label)
        return replace(parsed, fields={**parsed.fields, reason: left}, doubts=(*parsed.doubts, asked), ambiguous=False)
    return replace(parsed, leftover=left)
