"""The direct message to the person who is named as the approver of a decision: they confirm it or object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.surfaces.template_message import Message, template_message
from bot.worker.handlers.message_sender import direct_channel, post
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from incident.entries.conversation import DecisionMade
from incident.entry import Entry, Fact
from incident.model.incident import Incident
from incident.rules.responders.attendance import can_be_asked
from incident.rules.visibility import may_see
from roles.person_ids import PersonId


@dataclass(frozen=True)
class ApproverContext:
    """What the template sees: the decision of entry `n`, recorded `by` a person, and whether the approver may read it."""

    i: Incident
    n: int
    by: PersonId
    decision: DecisionMade
    is_hidden: bool
    is_undone: bool


def tell_approver(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Message the person who is named as the approver, unless the decision was taken back before."""
    entry = entries_of(run, context)[0]
    message = approver_message(run, context, entry)
    if message is None or entry.n in run.incident.undone or not can_be_asked(run.incident, run.person):
        return ()
    channel = direct_channel(context, run.person)
    if channel is not None:
        post(run, context, channel, message)
    return ()


def approver_message(run: JobRun, context: JobContext, entry: Entry) -> Message | None:
    """Return the message as it reads now; None for an entry that names no approver."""
    fact = entry.fact
    if not isinstance(fact, DecisionMade) or fact.approved_by is None:
        return None
    view = ApproverContext(
        run.incident,
        entry.n,
        entry.by,
        fact,
        is_hidden=not may_see(run.incident, fact.approved_by),
        is_undone=entry.n in run.incident.undone,
    )
    return template_message(context.renderer, "slack/surfaces/approver.j2", view, run.incident)
