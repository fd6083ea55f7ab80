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
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
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


def duties(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Tell somebody what their role asks of them now, unless they gave it up meanwhile."""
    fact = entries_of(run, context)[0].fact
    role = fact.role if isinstance(fact, RoleTaken | HandoverAccepted) else None
    channel = direct_channel(context, run.person)
    if role is None or channel is None or run.person not in run.incident.holders(role):
        return ()
    base = context.recorder.read(lambda reader: surface_context(run.incident, context.policy, reader, run.at))
    view = DutiesContext(base.i, base.v, base.now, where=f"<#{run.channel}>")
    text = context.renderer.macro(f"slack/duties/{role}.j2", "duties", view)
    post(run, context, channel, Message(text, sections(text)))
    return ()


def read_in(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Show a summary to somebody who joined late, in the channel and for their eyes only."""
    user = slack_user(run.person)
    if user is None or user == context.slack.bot or run.incident.is_over:
        return ()
    text = f"{_read_in(run, context, 'read_in')}\n{_summary(run, context)}\n{_read_in(run, context, 'after')}"
    try:
        context.slack.call(
            "chat.postEphemeral",
            channel=run.channel,
            user=user,
            text=fit_text(text, "ephemeral.text"),
            blocks=fit_blocks(sections(text)),
        )
    except SlackError as no:
        # They left again before they could be read in.
        if no.error not in {"user_not_in_channel", "not_in_channel"}:
            raise
    return ()


def call(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Call somebody by direct message; later bring that message up to date with what became of the call."""
    escalation = next((e for e in run.incident.escalations if e.n == run.job.entry), None)
    if escalation is None or escalation.person is None:
        return ()
    message = page_message(PageContext(run.incident, escalation), context.renderer)
    sent = _sent(run, context)
    if sent is not None:
        edit(run, context, *slack_message(sent.ref), message)
        return ()
    if escalation.answer is not None and run.is_first:
        return ()
    return _call(run, context, escalation, message)


def no_channel(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Tell whoever leads that the incident stands but has no channel, or none that is open to us, and why."""
    channel = direct_channel(context, run.person)
    fact = entries_of(run, context)[0].fact
    if channel is None or not isinstance(fact, DeliveryFailed):
        return ()
    view = LostContext(run.incident, fact.error or "", is_closed=fact.what == JobKind.RECONCILE)
    post(run, context, channel, message_of(context.renderer, "slack/surfaces/no_channel.j2", view, run.incident))
    return ()


def _call(run: JobRun, context: JobContext, escalation: Escalation, message: Message) -> Sequence[Fact]:
    try:
        channel = direct_channel(context, escalation.person) if escalation.person else None
        if channel is None:
            return (
                DeliveryFailed(medium=Medium.SLACK, what=run.job.kind, who=escalation.person, error="not_in_slack"),
            )
        ts = post(run, context, channel, message, since=escalation.at)
    except SlackError as no:
        return (DeliveryFailed(medium=Medium.SLACK, what=run.job.kind, who=escalation.person, error=no.error),)
    return (PromptSent(prompt=escalation.n, medium=Medium.SLACK, ref=slack_ref(channel, ts)),)


def _sent(run: JobRun, context: JobContext) -> PromptSent | None:
    return sent_as(run, context, run.job.entry or 0)


def sent_as(run: JobRun, context: JobContext, n: int) -> PromptSent | None:
    """Find where the prompt or call of an entry stands in Slack, or None when it was not sent."""
    return next(reversed(sent_everywhere(run, context, n)), None)


def sent_everywhere(run: JobRun, context: JobContext, n: int) -> list[PromptSent]:
    """Find everywhere the prompt or call of an entry stands in Slack."""
    found = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=("prompt_sent",), after=n))
    facts = [entry.fact for entry in found if isinstance(entry.fact, PromptSent)]
    return [fact for fact in facts if fact.prompt == n and fact.medium is Medium.SLACK]


def _summary(run: JobRun, context: JobContext) -> str:
    incident, person = run.incident, run.person
    if not may_see(incident, person):
        return ""
    view = context.recorder.read(
        lambda reader: Summary().view(situation_of(incident, context.policy, reader, run.at, person))
    )
    return context.renderer.answer("summary", LineContext(incident, (), person, run.at, view=view))


def _read_in(run: JobRun, context: JobContext, part: str) -> str:
    base = context.recorder.read(lambda reader: surface_context(run.incident, context.policy, reader, run.at))
    return context.renderer.macro("slack/read_in.j2", part, base)
