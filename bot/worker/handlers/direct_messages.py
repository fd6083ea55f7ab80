"""Messages to one person: the checklist of a role with what is open, a brief on joining late, a channel that is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.rendering.renderer import VerbContext
from bot.slack.blocks.block_elements import sections
from bot.slack.blocks.clipper import fit_blocks, fit_text
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.surface_context import SurfaceContext, surface_context, viewer_context
from bot.slack.surfaces.template_message import Message, template_message
from bot.worker.handlers.channel_posts import line_text
from bot.worker.handlers.message_sender import channel_named, direct_channel, post
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from commands.summary import Summary
from incident.effects.notifications import is_channel_missing
from incident.entries.conversation import ActionOpened
from incident.entries.delivery import DeliveryFailed
from incident.entries.role_holders import Escalated, HandoverAccepted, HandoverOffered, RoleTaken
from incident.entry import Entry, Fact
from incident.fold.delivery import CLOSED
from incident.jobs import JobKind
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.rules.closure_checklist import ChecklistItem, checklist
from incident.rules.responders.open_calls import is_waited_for
from incident.rules.visibility import may_see
from incident.states import State
from roles.person_ids import MUSTER, PersonId, slack_user
from roles.role_names import Role

_LEFT_AGAIN: Final = frozenset({"user_not_in_channel", "not_in_channel"})


@dataclass(frozen=True)
class ChecklistContext(SurfaceContext):
    """What the templates of role checklists see.

    `where` is the incident channel, or the incident's number while it has none, `role` the role, `offer` the handover by
    which the person got it, `calls` are those that no one has answered, `missing` is what closing still needs.
    """

    where: str = ""
    role: Role | None = None
    offer: HandoverOffered | None = None
    calls: tuple[Escalation, ...] = ()
    missing: tuple[ChecklistItem, ...] = ()

    @property
    def has_open_items(self) -> bool:
        """True if the new holder takes over more than the checklist of the role."""
        started = (self.offer, self.v.actions, self.v.fixes, self.calls, self.missing, self.i.workarounds)
        return any(started)


@dataclass(frozen=True)
class MissingChannelContext:
    """What the template sees when the channel could not be created, or (`is_closed`) is closed to Muster now."""

    i: Incident
    error: str
    is_closed: bool = False


@dataclass(frozen=True)
class MissingMemberContext:
    """What the template sees when `who` could not be invited: who involved them, and whether `who` reads it."""

    i: Incident
    who: PersonId
    inviter: PersonId
    error: str
    is_self: bool


def send_role_checklist(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Send a person the checklist of the role they took, unless they no longer hold it."""
    entry = entries_of(run, context)[0]
    role = entry.fact.role if isinstance(entry.fact, RoleTaken | HandoverAccepted) else None
    channel = direct_channel(context, run.person)
    if role is None or channel is None or run.person not in run.incident.holders(role):
        return ()
    post(run, context, channel, checklist_message(run, context, (entry, *offer_behind(run, context, entry))))
    return ()


def offer_behind(run: JobRun, context: JobContext, accepted: Entry) -> tuple[Entry, ...]:
    """Return the entry of the offer that a handover accepted, with its note; nothing for a role that was taken."""
    fact = accepted.fact
    if not isinstance(fact, HandoverAccepted):
        return ()
    offers = context.recorder.read(
        lambda reader: reader.entries(run.job.incident, kinds=(HandoverOffered.kind,), until=accepted.n)
    )
    same = [
        one
        for one in offers
        if isinstance(one.fact, HandoverOffered) and (one.fact.role, one.fact.to) == (fact.role, fact.to)
    ]
    return tuple(same[-1:])


def checklist_message(run: JobRun, context: JobContext, entries: Sequence[Entry]) -> Message:
    """Return the checklist of a role as it reads now: the note of its last holder, what is open, then the checklist.

    The first entry is that of the role, the second the offer behind it, if there is one.
    """
    role, base = entries[0].fact, _surface_context(run, context)
    assert isinstance(role, RoleTaken | HandoverAccepted), "only an entry of a role has a checklist"
    incident, offer = run.incident, entries[1].fact if len(entries) > 1 else None
    items = checklist(incident, context.policy) if incident.state is State.RESOLVED else ()
    view = ChecklistContext(
        base.i,
        base.v,
        base.now,
        where=f"<#{incident.places.channel}>" if incident.places.channel else incident.number,
        role=role.role,
        offer=offer if isinstance(offer, HandoverOffered) else None,
        calls=tuple(call for call in incident.escalations if is_waited_for(incident, call)),
        missing=tuple(item for item in items if item.lacks),
    )
    steps = context.renderer.macro(f"slack/role_checklists/{role.role}.j2", "checklist", view)
    brief = context.renderer.macro("slack/surfaces/role_brief.j2", "brief", view)
    text = f"{brief}\n\n{steps}" if brief else steps
    return Message(text, [*sections(brief), *sections(steps)] if brief else sections(steps))


def show_catch_up_brief(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Show a person who joined late a summary, as an ephemeral message in the incident channel."""
    user = slack_user(run.person)
    if user is None or user == context.slack.bot or run.incident.is_over:
        return ()
    text = f"{_brief(run, context, 'opening')}\n{_summary(run, context)}\n{_brief(run, context, 'closing')}"
    try:
        context.slack.call(
            "chat.postEphemeral",
            channel=run.channel,
            user=user,
            text=fit_text(text, "ephemeral.text"),
            blocks=fit_blocks(sections(text)),
        )
    except SlackError as error:
        if error.error not in _LEFT_AGAIN:
            raise
    return ()


def report_missing_channel(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Tell the person in charge that the incident has no channel, or that its channel is closed to Muster, and why."""
    channel = direct_channel(context, run.person)
    fact = entries_of(run, context)[0].fact
    if channel is None or not is_channel_missing(fact):
        return ()
    post(run, context, channel, missing_channel_message(run, context, fact))
    return ()


def say_elsewhere(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Bring a line that the incident channel cannot show to the job's person, or to the incidents channel without one."""
    line = line_text(run, context, entries_of(run, context))
    named = context.policy.incidents_channel
    if run.job.person is None:
        channel = channel_named(context, named) if named else None
    else:
        channel = direct_channel(context, run.person)
    if channel is not None and line:
        view = MissingChannelContext(run.incident, "", is_closed=run.incident.places.channel is not None)
        heading = context.renderer.macro("slack/surfaces/no_channel.j2", "heading", view)
        post(run, context, channel, Message(f"{heading}\n{line}"))
    return ()


def missing_channel_message(run: JobRun, context: JobContext, fact: Fact) -> Message:
    """Return the news that the incident has no channel, or that its channel is closed to Muster, as it reads now."""
    error = fact.error or "" if isinstance(fact, DeliveryFailed) else CLOSED[getattr(fact, "how", "archived")]
    is_closed = not isinstance(fact, DeliveryFailed) or fact.what == JobKind.RECONCILE
    view = MissingChannelContext(run.incident, error, is_closed=is_closed)
    return template_message(context.renderer, "slack/surfaces/no_channel.j2", view, run.incident)


def report_missing_member(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Message a person who could not be invited, or the person who involved them; the channel may reach neither."""
    entry = entries_of(run, context)[0]
    if not isinstance(entry.fact, DeliveryFailed) or entry.fact.who is None:
        return ()
    inviter = _inviter(run, context, entry, entry.fact.who)
    to = run.job.person or inviter
    channel = direct_channel(context, to) if may_see(run.incident, to) else None
    if channel is not None and (run.job.person or to != entry.fact.who):
        view = MissingMemberContext(
            run.incident, entry.fact.who, inviter, entry.fact.error or "", is_self=bool(run.job.person)
        )
        post(
            run,
            context,
            channel,
            template_message(context.renderer, "slack/surfaces/not_invited.j2", view, run.incident),
        )
    return ()


def _inviter(run: JobRun, context: JobContext, failed: Entry, who: PersonId) -> PersonId:
    """Return the person who gave another a role, an action or a call before; else the commander or the reporter."""
    kinds = (RoleTaken.kind, HandoverOffered.kind, ActionOpened.kind, Escalated.kind)
    earlier = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds, until=failed.n))
    acts = (entry for entry in reversed(earlier) if entry.by not in (MUSTER, who) and _involves(entry.fact, who))
    in_charge = run.incident.holder(Role.COMMANDER) or run.incident.contact
    return next((entry.by for entry in acts), in_charge)


def _involves(fact: Fact, who: PersonId) -> bool:
    return who in (getattr(fact, name, None) for name in ("who", "to", "assignee", "person"))


def _surface_context(run: JobRun, context: JobContext) -> SurfaceContext:
    return context.recorder.read(lambda reader: surface_context(run.incident, context.policy, reader, run.at))


def _brief(run: JobRun, context: JobContext, macro: str) -> str:
    return context.renderer.macro("slack/catch_up_brief.j2", macro, _surface_context(run, context))


def _summary(run: JobRun, context: JobContext) -> str:
    incident, person = run.incident, run.person
    if not may_see(incident, person):
        return ""
    view = context.recorder.read(
        lambda reader: Summary().view(viewer_context(incident, context.policy, reader, run.at, person))
    )
    return context.renderer.answer("summary", VerbContext(incident, (), person, run.at, view=view))
