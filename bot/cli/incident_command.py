"""`muster incident …`: a verb from the command line, through the same grammar and request path as from Slack.

Needs the database and no Slack: jobs wait for the Muster that runs. The user name is claimed, not proven, and the record
says so. No form can open here, so a line with missing or doubtful fields is refused and names them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import Opened, claimed_identity, open_record
from bot.cli.name_lookup import name_finder
from bot.clock import RealClock
from bot.config.policy_loader import ActivePolicy
from bot.export.reader_names import ReaderNames
from bot.grammar.command_parser import ParsedCommand, parse_with
from bot.grammar.value_parser import Vocabulary
from bot.rendering.message_catalog import doubt_text, reason_text, sentence
from bot.rendering.mrkdwn import plain_text, visible, without_markup
from bot.rendering.renderer import Mode, Renderer, VerbContext
from bot.rendering.user_text import from_form
from bot.rendering.verb_table import as_markdown, as_text
from bot.requests.command_line_request import command_line_request
from bot.requests.reply import Texts
from bot.requests.request_path import RequestPath
from bot.requests.typed_times import time_in_text, time_of_entry
from commands.core import verb_registry
from commands.core.fields.form_field import form_fields
from commands.core.record_service import RecordService
from commands.core.request import RESPONDER, Actor, Request
from commands.core.rules.incident_by_number import full_number
from commands.core.verb import Verb
from commands.core.words.verb_suggestions import suggestion
from commands.help import explained, usage
from incident.ports import Reader
from incident.rules.visibility import may_see

_HERE: Final = "muster incident"
# The start of the lines that sentences propose; at a terminal they start with the command and the incident's number.
_IN_SLACK: Final = "/incident "


def list_verbs(*, markdown: bool) -> int:
    """Print the verbs with their usage."""
    print(as_markdown() if markdown else as_text())
    return 0


def explain_verb(word: str) -> int:
    """Print one verb in full, without a database. Returns the exit status: 1 when no verb has this name."""
    verb = verb_registry.find(word)
    if verb is None:
        nearest = suggestion(word)
        text = reason_text("unknown_verb_near" if nearest else "unknown_verb", nearest=nearest)
        return fail(without_markup(text.replace(f"{_IN_SLACK}help", "muster help"), str))
    context = VerbContext(None, (), by=claimed_identity(), at=RealClock().now(), view=explained(verb))
    text = Renderer(Mode.TERMINAL).answer("help", context)
    print(without_markup(text.replace(_IN_SLACK, f"{_HERE} "), str))
    return 0


def act(line: str, *, number: str | None) -> int:
    """Run a line and print the reply. Returns the exit status: 0 when it is recorded, 1 when it was refused."""
    try:
        with open_record() as record:
            reply, refused = _act(record, line, number)
    except EXPECTED_ERRORS as error:
        reply, refused = explain(error), True
    print(visible(reply), file=sys.stderr if refused else sys.stdout)
    return 1 if refused else 0


def _act(record: Opened, line: str, number: str | None) -> tuple[str, bool]:
    """Return the reply to a line, and whether it is a refusal."""
    clock, policy = RealClock(), record.policy
    at, services = clock.now(), policy.policy.services
    vocabulary = Vocabulary(
        at=at,
        zone="UTC",
        person=name_finder(record.people),
        services=services,
        priorities=policy.policy.levels_by_priority(),
        schedules=policy.policy.schedule_words(),
    )
    parsed = parse_with(from_form(line), vocabulary)
    if near := _time_of_entry(parsed, record, number, at):
        parsed = parse_with(from_form(line), replace(vocabulary, near=near))
    if parsed.is_empty:
        return as_text(), True
    doubts = list(_doubts(parsed))
    if doubts:
        return "\n".join(doubts), True
    names = ReaderNames(lambda person: record.recorder.read(lambda reader: reader.person(person)), record.team)
    service = RecordService(record.recorder, ActivePolicy(policy), clock)
    path = RequestPath(service, Texts(Renderer(Mode.TERMINAL, names=names), _HERE))
    request = _request(parsed, record, at=at, number=number)
    outcome = path.run(request)
    reply = path.reply(request, outcome)
    text = "\n".join([reply.plain, *(f"  {line}" for line in reply.unmet)]) if reply.refused else reply.text
    text = "\n".join([text, *(item.text for item in reply.items)])
    text = "\n".join([text, *time_in_text(reply, parsed)])
    if parsed.unused:
        text = f"{text}\n{sentence('unused', left=parsed.unused, command=_HERE)}"
    here = " ".join([_HERE, *([outcome.number] if outcome.number else []), ""])
    return without_markup(text.replace(_IN_SLACK, here), _channel_names(record)), reply.refused


def _time_of_entry(parsed: ParsedCommand, record: Opened, number: str | None, at: datetime) -> datetime | None:
    """Return when the entry happened whose time the line corrects, if that was on another day than today."""

    def read(reader: Reader) -> datetime | None:
        key = reader.find(record.team, number=parsed.number or full_number(number or "", at.year))
        incident = reader.peek(key) if key else None
        is_seen = incident is not None and may_see(incident, claimed_identity())
        return time_of_entry(parsed, incident.key, reader, at=at, zone="UTC") if incident and is_seen else None

    return record.recorder.read(read)


def _channel_names(record: Opened) -> Callable[[str], str]:
    """Return a function that names the channel of an incident; another channel keeps its id."""

    def name(channel: str) -> str:
        def read(reader: Reader) -> str | None:
            key = reader.find(record.team, channel=channel)
            incident = reader.peek(key) if key else None
            return incident.places.channel_name if incident else None

        return record.recorder.read(read) or channel

    return name


def _request(parsed: ParsedCommand, record: Opened, *, at: datetime, number: str | None) -> Request:
    responders = frozenset[str]() if RESPONDER in record.policy.policy.groups else frozenset({RESPONDER})
    return command_line_request(
        parsed.verb.name if parsed.verb else parsed.word,
        parsed.fields,
        actor=Actor(id=claimed_identity(), groups=responders),
        team=record.team,
        number=parsed.number or (full_number(number, at.year) if number else None),
        at=at,
        occurred_at=parsed.occurred_at,
    )


def _doubts(parsed: ParsedCommand) -> Iterator[str]:
    """Yield what a form would ask about, as sentences of refusals; nothing when the line can be run."""
    verb = parsed.verb
    if verb is None or parsed.is_complete:
        return
    if parsed.doubts:
        yield reason_text("two_ways")
        yield from (f"  {_unescaped(doubt_text(one.reason, one.words, one.also, one.day))}" for one in parsed.doubts)
    elif parsed.invalid or parsed.leftover:
        yield reason_text("bad_value")
        yield from (f"  {_label(verb, name)}: “{_unescaped(value)}”" for name, value in parsed.invalid)
        if parsed.leftover:
            yield f"  There is no place for “{_unescaped(parsed.leftover)}”."
    elif parsed.missing:
        yield reason_text("missing_fields")
        yield from (f"  {_label(verb, name)}" for name in parsed.missing)
    else:
        yield reason_text("two_ways")
        if parsed.either is not None:
            yield f"  “{_unescaped(parsed.either[0])}” is “{parsed.either[1]}”, or the start of your text."
    yield f"As it is typed: {_HERE} {usage(verb)}"
    if parsed.report:
        yield sentence("report_typed", command=_HERE)


def _label(verb: type[Verb], name: str) -> str:
    field = form_fields(verb).get(name)
    return f"{name} ({field.label})" if field else name


def _unescaped(text: str) -> str:
    return plain_text(text, str)
