"""The text of a reply to a request: what was recorded or read, or what did not happen, why, and what to do now.

Reads the record as it was committed and renders it; runs nothing. The text of an outcome is the same when it is
repeated. Knows no Slack: there, blocks and buttons are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message_catalog import closure_text, refusal_text
from bot.rendering.renderer import Mode, Renderer, VerbContext
from commands.close import read_unmet
from commands.core import verb_registry
from commands.core.fields.field_validation import read_form
from commands.core.request import Request
from commands.core.verb import DecisionContext, Verb
from incident.entry import Entry
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Outcome, Reader
from incident.record.corrected_times import CORRECTABLE
from incident.refusal import Code
from roles.person_ids import PersonId, slack_user


@dataclass(frozen=True)
class AcceptedReply:
    """The reply to an accepted request: its text, the verb, the incident after it and what the verb's `view` read.

    `redatable` is the number of the first entry it recorded whose time `correct` can change. `asks`: it asks about times.
    """

    text: str
    verb: type[Verb]
    incident: Incident | None
    view: Any
    redatable: int | None = None
    asks: bool = False


def accepted_reply(
    request: Request, outcome: Outcome, reader: Reader, *, policy: Policy, renderer: Renderer
) -> AcceptedReply:
    """Render the reply to an accepted request; a RuntimeError if its verb does not exist."""
    kind = verb_registry.find(outcome.verb)
    if kind is None:
        raise RuntimeError(f"an outcome names a verb that does not exist: {outcome.verb}")
    incident = reader.peek(outcome.key) if outcome.key else None
    now = DecisionContext.of_request(request, incident=incident, reader=reader, policy=policy)
    view = read_form(kind, request.fields).view(now)
    context = VerbContext(
        incident=incident,
        entries=_entries(outcome, reader),
        by=request.actor.id,
        at=outcome.at,
        outcome=outcome,
        view=view,
        zone=_zone(reader, request.actor.id),
    )
    redatable = next((entry.n for entry in context.entries if isinstance(entry.fact, CORRECTABLE)), None)
    asks = renderer.asks_about_times(context)
    return AcceptedReply(renderer.answer(kind.name, context), kind, incident, view, redatable, asks)


def plain_refusal(outcome: Outcome, reader: Reader) -> str:
    """Word a refusal in plain text, with people by name: for a terminal, or beside a field of a form."""
    return refusal_text(outcome, Renderer(Mode.DOCUMENT, names=lambda person: _name(reader, person)))


def unmet_criteria(outcome: Outcome) -> list[str]:
    """Name each closure criterion that a refused `close` lacks, with what to type; nothing for other refusals."""
    if outcome.code != Code.CLOSE_INCOMPLETE:
        return []
    return [closure_text(one.needs, one.names, typed=True) for one in read_unmet(outcome.facts, outcome.missing)]


def _entries(outcome: Outcome, reader: Reader) -> tuple[Entry, ...]:
    if outcome.key is None or outcome.first is None or outcome.last is None:
        return ()
    return tuple(reader.entries(outcome.key, after=outcome.first - 1, until=outcome.last))


def _zone(reader: Reader, person: PersonId) -> str | None:
    known = reader.person(person)
    return known.zone if known else None


def _name(reader: Reader, person: PersonId) -> str:
    known = reader.person(person)
    return known.name if known else slack_user(person) or person
