"""What one person is told: their duties, a summary on joining, a call for help, and that no channel could be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rendering.renderer import LineContext
from bot.slack.blocks.block_elements import sections
from bot.slack.blocks.clipper import fit_blocks, fit_text
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.page_message import PageContext, page_message
from bot.slack.surfaces.surface_context import SurfaceContext, situation_of, surface_context
from bot.slack.surfaces.template_message import Message, message_of
from bot.worker.handlers.message_sender import direct_channel, edit, post
from bot.worker.job_context import JobContext, JobRun, entries_of
from commands.summary import Summary
from incident.entries.delivery import DeliveryFailed, PromptSent
from incident.entries.role_holders import HandoverAccepted, RoleTaken
from incident.entry import Fact
from incident.jobs import JobKind
from incident.medium import Medium, slack_message, slack_ref
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.rules.visibility import may_see
from roles.person_ids import slack_user


@dataclass(frozen=True)
class DutiesContext(SurfaceContext):
    """What the templates of duties see; `where` is the incident channel."""

    where: str = ""


@dataclass(frozen=True)
class LostContext:
    """What the message about a channel that could not be made, or is closed to us now, sees."""

    i: Incident
    error: str
    is_closed: bool = False


def duties(task: JobRun, means: JobContext) -> Sequence[Fact]:
    """Tell somebody what their role asks of them now, unless they gave it up meanwhile."""
    fact = entries_of(task, means)[0].fact
    role = fact.role if isinstance(fact, RoleTaken | HandoverAccepted) else None
    channel = direct_channel(means, task.about)
    if role is None or channel is None or task.about not in task.open.holders(role):
        return ()
    base = means.recorder.read(lambda reader: surface_context(task.open, means.policy, reader, task.at))
    context = DutiesContext(base.i, base.v, base.now, where=f"<#{task.channel}>")
    text = means.renderer.macro(f"slack/duties/{role}.j2", "duties", context)
    post(task, means, channel, Message(text, sections(text)))
    return ()


def read_in(task: JobRun, means: JobContext) -> Sequence[Fact]:
    """Show a summary to somebody who joined late, in the channel and for their eyes only."""
    user = slack_user(task.about)
    if user is None or user == means.slack.bot or task.open.is_over:
        return ()
    text = f"{_read_in(task, means, 'read_in')}\n{_summary(task, means)}\n{_read_in(task, means, 'after')}"
    try:
        means.slack.call(
            "chat.postEphemeral",
            channel=task.channel,
            user=user,
            text=fit_text(text, "ephemeral.text"),
            blocks=fit_blocks(sections(text)),
        )
    except SlackError as no:
        # They left again before they could be read in.
        if no.error not in {"user_not_in_channel", "not_in_channel"}:
            raise
    return ()


def call(task: JobRun, means: JobContext) -> Sequence[Fact]:
    """Call somebody by direct message; later bring that message up to date with what became of the call."""
    escalation = next((e for e in task.open.escalations if e.n == task.job.entry), None)
    if escalation is None or escalation.person is None:
        return ()
    message = page_message(PageContext(task.open, escalation), means.renderer)
    sent = _sent(task, means)
    if sent is not None:
        edit(task, means, *slack_message(sent.ref), message)
        return ()
    if escalation.answer is not None and task.is_first:
        return ()
    return _call(task, means, escalation, message)


def no_channel(task: JobRun, means: JobContext) -> Sequence[Fact]:
    """Tell whoever leads that the incident stands but has no channel, or none that is open to us, and why."""
    channel = direct_channel(means, task.about)
    fact = entries_of(task, means)[0].fact
    if channel is None or not isinstance(fact, DeliveryFailed):
        return ()
    context = LostContext(task.open, fact.error or "", is_closed=fact.what == JobKind.RECONCILE)
    post(task, means, channel, message_of(means.renderer, "slack/surfaces/no_channel.j2", context, task.open))
    return ()


def _call(task: JobRun, means: JobContext, escalation: Escalation, message: Message) -> Sequence[Fact]:
    try:
        channel = direct_channel(means, escalation.person) if escalation.person else None
        if channel is None:
            return (
                DeliveryFailed(medium=Medium.SLACK, what=task.job.kind, who=escalation.person, error="not_in_slack"),
            )
        ts = post(task, means, channel, message, since=escalation.at)
    except SlackError as no:
        return (DeliveryFailed(medium=Medium.SLACK, what=task.job.kind, who=escalation.person, error=no.error),)
    return (PromptSent(prompt=escalation.n, medium=Medium.SLACK, ref=slack_ref(channel, ts)),)


def _sent(task: JobRun, means: JobContext) -> PromptSent | None:
    return sent_as(task, means, task.job.entry or 0)


def sent_as(task: JobRun, means: JobContext, n: int) -> PromptSent | None:
    """Find where the prompt or call of an entry stands in Slack, or None when it was not sent."""
    return next(reversed(sent_everywhere(task, means, n)), None)


def sent_everywhere(task: JobRun, means: JobContext, n: int) -> list[PromptSent]:
    """Find everywhere the prompt or call of an entry stands in Slack."""
    found = means.recorder.read(lambda reader: reader.entries(task.job.incident, kinds=("prompt_sent",), after=n))
    facts = [entry.fact for entry in found if isinstance(entry.fact, PromptSent)]
    return [fact for fact in facts if fact.prompt == n and fact.medium is Medium.SLACK]


def _summary(task: JobRun, means: JobContext) -> str:
    incident, person = task.open, task.about
    if not may_see(incident, person):
        return ""
    view = means.recorder.read(
        lambda reader: Summary().view(situation_of(incident, means.policy, reader, task.at, person))
    )
    return means.renderer.answer("summary", LineContext(incident, (), person, task.at, view=view))


def _read_in(task: JobRun, means: JobContext, part: str) -> str:
    base = means.recorder.read(lambda reader: surface_context(task.open, means.policy, reader, task.at))
    return means.renderer.macro("slack/read_in.j2", part, base)
