"""The present of an incident as `status`, `show`, `summary` and `next` show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from commands.core.verb import DecisionContext
from incident.model.components import Action, TempFix
from incident.model.incident import Incident
from incident.states import Audience
from roles.person_ids import PersonId
from roles.role_names import Role


@dataclass(frozen=True)
class OwedUpdate:
    """A status update that is owed."""

    audience: Audience
    due_at: datetime
    final: bool
    is_late: bool


@dataclass(frozen=True)
class OwedUpdates:
    """The updates owed, earliest first, the audiences on hold, and who posts."""

    owed: tuple[OwedUpdate, ...]
    held: tuple[Audience, ...]
    speaker: PersonId | None


@dataclass(frozen=True)
class StatusView:
    """How long users have been harmed, who holds which role, and what is open."""

    since: datetime
    lasting: timedelta
    roles: tuple[tuple[Role, PersonId], ...]
    actions: tuple[Action, ...]
    fixes: tuple[TempFix, ...]
    next: OwedUpdates


def status_view(now: DecisionContext) -> StatusView:
    """Return the status of the incident."""
    incident = now.open
    since = harm_since(incident)
    return StatusView(
        since=since,
        lasting=(incident.times.restored_at or now.at) - since,
        roles=tuple((i.role, i.who) for role in Role for i in incident.roles if i.role == role and i.until is None),
        actions=tuple(action for action in incident.actions if action.done_at is None),
        fixes=tuple(fix for fix in incident.temp_fixes if fix.removed_at is None),
        next=owed_updates(now),
    )


def owed_updates(now: DecisionContext) -> OwedUpdates:
    """Return the open update slots, earliest first, and who posts: the comms lead, else the commander."""
    incident = now.open
    found = [
        OwedUpdate(a.audience, a.open.due_at, a.open.final, a.open.due_at < now.at)
        for a in incident.audiences
        if a.open
    ]
    return OwedUpdates(
        owed=tuple(sorted(found, key=lambda one: one.due_at)),
        held=tuple(a.audience for a in incident.audiences if a.held),
        speaker=incident.holder(Role.COMMS_LEAD) or incident.holder(Role.COMMANDER),
    )


def harm_since(incident: Incident) -> datetime:
    """Return since when users are harmed: the start of the last episode.

    The first one started at `started_at` where that is known, and else when it was detected or logged.
    """
    times = incident.times
    start = incident.episodes[-1].start if incident.episodes else None
    found = start or times.detected_at or times.logged_at or incident.last_entry_at
    is_first = len(incident.episodes) < 2
    return min(times.started_at, found) if is_first and times.started_at else found
