"""Delivers status updates to their audiences. Rendered when sent, so that text redacted by then is not in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.rendering.renderer import Renderer, VerbContext
from bot.rendering.update_text import text_of_update, update_context
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.channel_posts import amended_entries, mark_amended, mark_late
from bot.worker.handlers.message_sender import channel_named, current_thread, is_private, post
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.entries.lifecycle import StateChanged
from incident.entries.status_updates import NO_CHANNEL, StatusUpdatePosted, UpdateDelivered, UpdateDropped, UpdateDue
from incident.entry import Entry, Fact
from incident.medium import Medium, slack_ref
from incident.model.components import OpenSlot
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Recorder
from incident.record import amendments
from incident.rules.visibility import is_restricted, may_stand_in
from incident.states import Audience


class UpdateRendering(Protocol):
    """What the text of an update is made with."""

    @property
    def renderer(self) -> Renderer:
        """The renderer of the channel that shows it."""

    @property
    def policy(self) -> Policy:
        """The policy in force, which may have a template."""

    @property
    def recorder(self) -> Recorder:
        """The recorder, for reads."""


def post_in_incident_channel(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Post an update in full in the incident channel.

    That is the delivery to the internal audience if the policy names no other channel for it, or the incident is restricted.
    """
    entries = amended_entries(run, context)
    internal, text = text_for_responders(run, context, entries)
    message = Message(mark_late(text, internal, run, context))
    thread = current_thread(run.incident)
    ts = post(run, context, run.channel, message, since=entries[0].recorded_at, thread=thread)
    if context.policy.audiences.get(Audience.INTERNAL) and not is_restricted(run.incident):
        return ()
    ref = slack_ref(run.channel, ts)
    return (UpdateDelivered(update=internal.n, audience=Audience.INTERNAL, medium=Medium.SLACK, ref=ref),)


def text_for_responders(run: JobRun, context: JobContext, entries: tuple[Entry, ...]) -> tuple[Entry, str]:
    """Return the update that responders read in the incident channel, and its text as it reads now.

    A text of their own that other audiences got at the same time follows it.
    """
    posted = [(entry, entry.fact) for entry in entries if isinstance(entry.fact, StatusUpdatePosted)]
    internal = next((pair for pair in posted if pair[1].audience is Audience.INTERNAL), posted[0])
    amended = (internal[0], *amendments.amendments_of([internal[0]], entries))
    same = {entry.n: fact.audience for entry, fact in posted if fact.text == internal[1].text}
    others = [one.fact for one in amendments.as_amended(entries) if one.n not in same and _is_update(one)]
    texts = [amended_text(run, context, amended, tuple(same.values()))]
    texts += [context.renderer.macro("slack/update.j2", "own_texts", others)] if others else []
    return internal[0], "\n".join(texts)


def _is_update(entry: Entry) -> bool:
    return isinstance(entry.fact, StatusUpdatePosted)


def deliver(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Post an update in the channel of its audience, and record whether it was delivered.

    For a restricted incident the internal audience reads in the incident channel alone, and others in a private channel.
    """
    amended = amended_entries(run, context)
    entry, fact = amended[0], amended[0].fact
    if not isinstance(fact, StatusUpdatePosted):
        raise LookupError(f"job {run.job.key} names an entry that is no update")
    if fact.audience is Audience.INTERNAL and is_restricted(run.incident):
        return ()
    named = context.policy.audiences.get(fact.audience)
    if not (named and fact.has_channel):
        return (_delivered(entry, fact, error=NO_CHANNEL),)
    try:
        channel = channel_named(context, named)
        if is_restricted(run.incident) and not may_stand_in(run.incident, is_private=is_private(context, channel)):
            return (_delivered(entry, fact, error="restricted"),)
        text = amended_text(run, context, amended)
        message = Message(mark_late(text, entry, run, context))
        ts = post(run, context, channel, message, since=entry.recorded_at)
    except SlackError as error:
        return (_delivered(entry, fact, error=error.error),)
    return (_delivered(entry, fact, ref=slack_ref(channel, ts)),)


def amended_text(
    run: JobRun, context: JobContext, entries: tuple[Entry, ...], audiences: tuple[Audience, ...] = ()
) -> str:
    """Return the text of an update as it reads now: the first of the entries, of which the others are corrections."""
    entry = amendments.as_amended(entries)[0]
    fact = entry.fact
    if not isinstance(fact, StatusUpdatePosted):
        raise LookupError(f"entry {entry.n} is no update")
    text = update_text(run, context, entry, fact, audiences or (fact.audience,))
    return mark_amended(text, entries, context)


def correction_text(run: JobRun, context: JobContext, entry: Entry) -> str:
    """Return the reply below a corrected update."""
    view = VerbContext(incident=run.incident, entries=(entry,), by=entry.by, at=run.at)
    return context.renderer.macro("slack/amend.j2", "reply", view)


def update_text(
    run: JobRun, context: UpdateRendering, entry: Entry, fact: StatusUpdatePosted, audiences: tuple[Audience, ...]
) -> str:
    """Return the text of an update as it reads now."""
    incident = _as_of_posting(run.incident, _later_entries(run, context, entry), entry, fact.audience)
    view = update_context(
        incident, fact, audiences=audiences, by=entry.shown_by, at=entry.occurred_at, recorded_at=entry.recorded_at
    )
    return text_of_update(context.renderer, context.policy, view)


def _later_entries(run: JobRun, context: UpdateRendering, entry: Entry) -> Sequence[Entry]:
    kinds = (StateChanged.kind, UpdateDue.kind, UpdateDropped.kind)
    return context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds, after=entry.n))


def _as_of_posting(incident: Incident, later: Sequence[Entry], entry: Entry, audience: Audience) -> Incident:
    """Return the incident as it was when the update was posted: a late update still states what was true then.

    Once one is taken back the incident is owed again what the update had met; the update did not say so.
    """
    moved = next((entry.fact for entry in later if isinstance(entry.fact, StateChanged)), None)
    is_undone = entry.n in incident.undone
    of_then = [e for e in later if not is_undone or e.recorded_at == entry.recorded_at]
    slots = [e.fact for e in of_then if isinstance(e.fact, UpdateDue | UpdateDropped) and e.fact.audience == audience]
    changes: dict[str, object] = {"state": moved.old} if moved is not None else {}
    due = slots[0] if slots and isinstance(slots[0], UpdateDue) else None
    if due is not None or is_undone:
        slot = OpenSlot(due_at=due.due_at, missed_after=due.missed_after, final=due.final) if due else None
        others = tuple(one for one in incident.audiences if one.audience != audience)
        now = incident.audience(audience).model_copy(update={"open": slot})
        changes["audiences"] = (*others, now)
    return incident.model_copy(update=changes)


def _delivered(
    entry: Entry, fact: StatusUpdatePosted, *, ref: str | None = None, error: str | None = None
) -> UpdateDelivered:
    return UpdateDelivered(update=entry.n, audience=fact.audience, medium=Medium.SLACK, ref=ref, error=error)
