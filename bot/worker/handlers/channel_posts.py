"""Lines in the incident channel, updates to audiences. Rendered when sent, from entries, so that redacted words stay unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.rendering.renderer import LineContext
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.message_sender import is_private, place_of, post
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from commands.core.rules.status_view import harm_since
from incident.entries.lifecycle import StateChanged
from incident.entries.status_updates import StatusUpdatePosted, UpdateDelivered, UpdateDropped, UpdateDue
from incident.entry import Entry, Fact
from incident.medium import Medium, slack_ref
from incident.model.components import OpenSlot
from incident.model.incident import Incident
from incident.rules.visibility import is_restricted, may_stand_in
from incident.states import Audience
from roles.person_ids import PersonId
from roles.role_names import Role

LATE: Final = timedelta(minutes=1)
_SHARED: Final = "slack/surfaces/line.j2"


@dataclass(frozen=True)
class UpdateContext:
    """What the templates of updates see: `i` the incident, the update, to whom it goes, by whom, what is owed next."""

    i: Incident
    update: StatusUpdatePosted
    audiences: tuple[Audience, ...]
    by: PersonId
    at: datetime
    since: datetime
    slot: OpenSlot | None
    roles: tuple[tuple[Role, PersonId], ...]


def say(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Say what an act of somebody means, in one line; nothing when its template says nothing."""
    entries = entries_of(run, context)
    text = said_text(run, context, entries)
    if text:
        post(run, context, run.channel, Message(_if_late(text, entries[0], run, context)), since=entries[0].recorded_at)
    return ()


def said_text(run: JobRun, context: JobContext, entries: tuple[Entry, ...]) -> str:
    """Word the line about an act as it reads now; empty when its template says nothing."""
    view = LineContext(incident=run.incident, entries=entries, by=entries[0].by, at=run.at)
    text = context.renderer.said(run.job.template or "", view)
    if text and entries[0].fact.kind == "declared":
        text = f"{text}\n{context.renderer.macro('slack/surfaces/welcome.j2', 'welcome', view)}"
    return text


def update_here(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Show an update to the responders in full in their own channel."""
    entries = entries_of(run, context)
    internal, text = here_text(run, context, entries)
    message = Message(_if_late(text, internal, run, context))
    ts = post(run, context, run.channel, message, since=entries[0].recorded_at)
    if context.policy.audiences.get(Audience.INTERNAL) and not is_restricted(run.incident):
        return ()
    ref = slack_ref(run.channel, ts)
    return (UpdateDelivered(update=internal.n, audience=Audience.INTERNAL, medium=Medium.SLACK, ref=ref),)


def here_text(run: JobRun, context: JobContext, entries: tuple[Entry, ...]) -> tuple[Entry, str]:
    """Give the update that responders read in their own channel, and its words as they read now."""
    posted = [(e, e.fact) for e in entries if isinstance(e.fact, StatusUpdatePosted)]
    internal = next((pair for pair in posted if pair[1].audience is Audience.INTERNAL), posted[0])
    return internal[0], update_text(run, context, *internal, tuple(fact.audience for _, fact in posted))


def update(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Post an update where its audience is told, and record whether it got there.

    Of a restricted incident responders read in the incident channel alone, and others only in a private channel.
    """
    entry = entries_of(run, context)[0]
    fact = entry.fact
    if not isinstance(fact, StatusUpdatePosted):
        raise LookupError(f"job {run.job.key} names an entry that is no update")
    if fact.audience is Audience.INTERNAL and is_restricted(run.incident):
        return ()
    named = context.policy.audiences.get(fact.audience)
    if not named:
        return (_delivered(entry, fact, error="no_place"),)
    try:
        channel = place_of(context, named)
        if is_restricted(run.incident) and not may_stand_in(run.incident, is_private=is_private(context, channel)):
            return (_delivered(entry, fact, error="restricted"),)
        text = update_text(run, context, entry, fact, (fact.audience,))
        ts = post(run, context, channel, Message(_if_late(text, entry, run, context)), since=entry.recorded_at)
    except SlackError as no:
        return (_delivered(entry, fact, error=no.error),)
    return (_delivered(entry, fact, ref=slack_ref(channel, ts)),)


def update_text(
    run: JobRun, context: JobContext, entry: Entry, fact: StatusUpdatePosted, audiences: tuple[Audience, ...]
) -> str:
    """Word an update as it reads now."""
    incident = _as_it_was(run.incident, _later(run, context, entry), fact.audience)
    view = UpdateContext(
        i=incident,
        update=fact,
        audiences=audiences,
        by=entry.by,
        at=entry.occurred_at,
        since=harm_since(incident),
        slot=incident.audience(fact.audience).open,
        roles=tuple((i.role, i.who) for i in incident.roles if i.until is None),
    )
    return context.renderer.macro(f"updates/{fact.audience}.j2", "update", view)


def _later(run: JobRun, context: JobContext, entry: Entry) -> Sequence[Entry]:
    kinds = ("state_changed", "update_due", "update_dropped")
    return context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds, after=entry.n))


def _as_it_was(incident: Incident, later: Sequence[Entry], audience: Audience) -> Incident:
    """Give the incident as it stood when the update was posted: an update says what was so then, however late it goes."""
    moved = next((e.fact for e in later if isinstance(e.fact, StateChanged)), None)
    owed = [e.fact for e in later if isinstance(e.fact, UpdateDue | UpdateDropped) and e.fact.audience == audience]
    changes: dict[str, object] = {"state": moved.old} if moved is not None else {}
    if owed and isinstance(owed[0], UpdateDue):
        slot = OpenSlot(due_at=owed[0].due_at, missed_after=owed[0].missed_after, final=owed[0].final)
        others = tuple(a for a in incident.audiences if a.audience != audience)
        now = incident.audience(audience).model_copy(update={"open": slot})
        changes["audiences"] = (*others, now)
    return incident.model_copy(update=changes)


def _if_late(text: str, entry: Entry, run: JobRun, context: JobContext) -> str:
    """Say so when Slack or an outage kept a line back."""
    late = run.at - entry.recorded_at
    return f"{text} {context.renderer.macro(_SHARED, 'late', late)}" if late > LATE else text


def _delivered(
    entry: Entry,
    fact: StatusUpdatePosted,
    *,
    ref: str | None = None,
    error: str | None = None,
) -> UpdateDelivered:
    return UpdateDelivered(update=entry.n, audience=fact.audience, medium=Medium.SLACK, ref=ref, error=error)
