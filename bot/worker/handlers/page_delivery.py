"""Pages a person by direct message, and keeps that message current. Knows where prompts and pages were delivered."""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack.client.slack_errors import ACCOUNT_GONE
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.page_message import PageContext, page_message
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.message_sender import direct_channel, edit, post
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.entries.delivery import DeliveryFailed, PromptSent
from incident.entry import Fact
from incident.medium import Medium, slack_message, slack_ref
from incident.model.components import Escalation
from incident.rules.responders.attendance import can_be_asked, unavailable
from incident.rules.responders.call_pages import is_answered
from roles.accounts import Unavailability
from roles.person_ids import PersonId


def page(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Send a page once; a later run edits its message to what became of it. A page that someone has answered is not sent any more."""
    escalation = next((one for one in run.incident.escalations if one.n == run.job.entry), None)
    if escalation is None or escalation.person is None:
        return ()
    message = page_message(PageContext(run.incident, escalation), context.renderer)
    sent = last_delivery(run, context, escalation.n)
    if sent is not None:
        edit(run, context, *slack_message(sent.ref), message)
        return ()
    if (run.is_first and is_answered(run.incident, escalation)) or not can_be_asked(run.incident, escalation.person):
        return ()
    return _send(run, context, escalation.person, escalation, message)


def last_delivery(run: JobRun, context: JobContext, n: int) -> PromptSent | None:
    """Return the last delivery in Slack of the prompt or page of entry `n`, None if it was not sent."""
    return next(reversed(deliveries(run, context, n)), None)


def deliveries(run: JobRun, context: JobContext, n: int) -> list[PromptSent]:
    """Return every delivery in Slack of the prompt or page of entry `n`."""
    found = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=(PromptSent.kind,), after=n))
    facts = [entry.fact for entry in found if isinstance(entry.fact, PromptSent)]
    return [fact for fact in facts if fact.prompt == n and fact.medium is Medium.SLACK]


def not_reached(run: JobRun, who: PersonId, what: str, error: str) -> tuple[Fact, ...]:
    """Return the failure of a direct message, and that the person is unavailable unless the channel can reach them."""
    failed = DeliveryFailed(medium=Medium.SLACK, what=what, who=who, error=error)
    is_here = who in run.incident.members and error not in ACCOUNT_GONE
    if is_here or not can_be_asked(run.incident, who):
        return (failed,)
    return failed, unavailable(run.incident, who, Unavailability.UNREACHABLE)


def _send(
    run: JobRun, context: JobContext, person: PersonId, escalation: Escalation, message: Message
) -> tuple[Fact, ...]:
    try:
        channel = direct_channel(context, person)
        if channel is None:
            return not_reached(run, person, run.job.kind, "not_in_slack")
        ts = post(run, context, channel, message, since=escalation.at)
    except SlackError as error:
        return not_reached(run, person, run.job.kind, error.error)
    return (PromptSent(prompt=escalation.n, medium=Medium.SLACK, ref=slack_ref(channel, ts)),)
