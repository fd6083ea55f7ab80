"""`muster incident …`: a verb from the command line, through the same grammar and the same door as from Slack.

It needs the database and no Slack: what is to be told there waits for the Muster that runs. Who types is claimed, not
proven, and the record says so. No form can open here, so a line that leaves something out is refused and says what.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ulid import ULID

from bot.cli.cli_errors import EXPECTED_ERRORS, explain
from bot.cli.database_access import Opened, claimed_identity, open_record
from bot.cli.name_lookup import name_finder
from bot.clock import RealClock
from bot.export.reader_names import names_from
from bot.grammar.command_parser import ParsedCommand, parse_command
from bot.rendering.message_catalog import say_reason
from bot.rendering.mrkdwn import plain
from bot.rendering.renderer import Mode, Renderer
from bot.rendering.reply_text import accepted_reply, plain_refusal, unmet_criteria
from bot.rendering.verb_table import as_markdown, as_text
from bot.slack.blocks.user_text import from_form
from bot.slack.user_directory import RESPONDER
from commands.core.fields.form_field import form_fields
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from commands.core.verb import Verb
from commands.help import usage
from incident.entry import Source, Surface
from incident.ports import Outcome, Reader

_HERE: Final = "muster incident"


def list_verbs(*, markdown: bool) -> int:
    """Print what people can type."""
    print(as_markdown() if markdown else as_text())
    return 0


def act(line: str, *, number: str | None) -> int:
    """Do what a line says and print the answer: 0 when it is on the record, 1 when it was refused."""
    try:
        with open_record() as record:
            answer, refused = _act(record, line, number)
    except EXPECTED_ERRORS as trouble:
        answer, refused = explain(trouble), True
    print(answer, file=sys.stderr if refused else sys.stdout)
    return 1 if refused else 0


def _act(record: Opened, line: str, number: str | None) -> tuple[str, bool]:
    """Give the answer to a line, and whether it is a refusal."""
    at, policy = RealClock().now(), record.policy
    reading = parse_command(from_form(line), at=at, person=name_finder(record.people), services=policy.policy.services)
    if reading.is_empty:
        return as_text(), True
    doubts = list(_doubts(reading))
    if doubts:
        return "\n".join(doubts), True
    request = _request(reading, record, at=at, number=number)
    outcome = run(request, recorder=record.recorder, policy=policy.policy, policy_hash=policy.hash)
    return _reply(record, request, outcome)


def _request(reading: ParsedCommand, record: Opened, *, at: datetime, number: str | None) -> Request:
    """Make the request; every invocation is one of its own."""
    named = reading.number or number
    responders = frozenset[str]() if RESPONDER in record.policy.policy.groups else frozenset({RESPONDER})
    return Request(
        verb=reading.verb.name if reading.verb else reading.word,
        fields=reading.fields,
        actor=Actor(id=claimed_identity(), groups=responders),
        team=record.team,
        place=Place(number=named.upper() if named else None),
        source=Source(surface=Surface.CLI),
        key=f"{record.team}:cli:{ULID()}",
        at=at,
        occurred_at=reading.occurred_at,
    )


def _doubts(reading: ParsedCommand) -> Iterator[str]:
    """Say what a form would ask about, in the words of the refusals; nothing when the line can be acted on."""
    verb = reading.verb
    if verb is None or reading.is_complete or not (form_fields(verb) or reading.invalid):
        return
    if reading.invalid or reading.leftover:
        yield say_reason("bad_value")
        yield from (f"  {_label(verb, name)}: “{_shown(value)}”" for name, value in reading.invalid)
        if reading.leftover:
            yield f"  There is no place for “{_shown(reading.leftover)}”."
    elif reading.missing:
        yield say_reason("missing_fields")
        yield from (f"  {_label(verb, name)}" for name in reading.missing)
    else:
        yield say_reason("two_ways")
    yield f"As it is typed: {_HERE} {usage(verb)}"


def _label(verb: type[Verb], name: str) -> str:
    ask = form_fields(verb).get(name)
    return f"{name} ({ask.label})" if ask else name


def _shown(text: str) -> str:
    return plain(text, str)


def _reply(record: Opened, request: Request, outcome: Outcome) -> tuple[str, bool]:
    """Render an outcome in plain text, and whether it is a refusal."""
    return record.recorder.read(lambda reader: (_text(record, request, outcome, reader), outcome.is_refused))


def _text(record: Opened, request: Request, outcome: Outcome, reader: Reader) -> str:
    if outcome.is_refused:
        return "\n".join([plain_refusal(outcome, reader), *(f"  {line}" for line in unmet_criteria(outcome))])
    renderer = Renderer(Mode.DOCUMENT, names=names_from(reader.person, record.team))
    return accepted_reply(request, outcome, reader, policy=record.policy.policy, renderer=renderer).text
