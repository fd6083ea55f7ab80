"""Pages a person by direct message, and keeps that message current. Knows where prompts and pages were delivered."""

from __future__ import annotations

from collections.abc import Sequence

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


def page(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Send a page once; a later run edits its message to what became of it. An answered page is not sent any more."""
    escalation = next((one for one in run.incident.escalations if one.n == run.job.entry), None)
    if escalation is None or escalation.person is None:
        return ()
    message = page_message(PageContext(run.incident, escalation), context.renderer)
    sent = last_delivery(run, context, escalation.n)
    if sent is not None:
        edit(run, context, *slack_message(sent.ref), message)
        return ()
    if escalation.answer is not None and run.is_first:
        return ()
    return (_send(run, context, escalation, message),)


def last_delivery(run: JobRun, context: JobContext, n: int) -> PromptSent | None:
    """Return the last delivery in Slack of the prompt or page of entry `n`, None if it was not sent."""
    return next(reversed(deliveries(run, context, n)), None)


def deliveries(run: JobRun, context: JobContext, n: int) -> list[PromptSent]:
    """Return every delivery in Slack of the prompt or page of entry `n`."""
    found = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=(PromptSent.kind,), after=n))
    facts = [entry.fact for entry in found if isinstance(entry.fact, PromptSent)]
    return [fact for fact in facts if fact.prompt == n and fact.medium is Medium.SLACK]


def _send(run: JobRun, context: JobContext, escalation: Escalation, message: Message) -> Fact:
    try:
        channel = direct_channel(context, escalation.person) if escalation.person else None
        if channel is None:
            return _failed(run, escalation, "not_in_slack")
        ts = post(run, context, channel, message, since=escalation.at)
    except SlackError as error:
        return _failed(run, escalation, error.error)
    return PromptSent(prompt=escalation.n, medium=Medium.SLACK, ref=slack_ref(channel, ts))


def _failed(run: JobRun, escalation: Escalation, error: str) -> DeliveryFailed:
    return DeliveryFailed(medium=Medium.SLACK, what=run.job.kind, who=escalation.person, error=error)
