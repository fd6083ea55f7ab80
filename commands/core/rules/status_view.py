"""The present of an incident as `status`, `show`, `summary` and `next` show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from commands.core.verb import DecisionContext
from incident.deadlines.update_deadlines import owed_at
from incident.model.components import Action, TempFix
from incident.rules.impact_time import Impact, impact
from incident.rules.small_incidents import is_small
from incident.states import Audience
from roles.person_ids import PersonId
from roles.role_names import Role


@dataclass(frozen=True)
class OwedUpdate:
    """A status update that is owed or promised."""

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
    """Since when and how long users have been affected, who holds which role, what is open, and whether it is small."""

    impact: Impact
    lasting: timedelta | None
    roles: tuple[tuple[Role, PersonId], ...]
    actions: tuple[Action, ...]
    fixes: tuple[TempFix, ...]
    next: OwedUpdates
    is_small: bool


def status_view(now: DecisionContext) -> StatusView:
    """Return the status of the incident."""
    incident = now.open
    harm = impact(incident)
    return StatusView(
        impact=harm,
        lasting=harm.lasting(now.at),
        roles=tuple((i.role, i.who) for role in Role for i in incident.roles if i.role == role and i.until is None),
        actions=tuple(action for action in incident.actions if action.done_at is None),
        fixes=tuple(fix for fix in incident.temp_fixes if fix.removed_at is None),
        next=owed_updates(now),
        is_small=is_small(incident, now.policy),
    )


def owed_updates(now: DecisionContext) -> OwedUpdates:
    """Return the updates owed or promised, earliest first, and who posts: the comms lead, else the commander."""
    incident = now.open
    due = [(a, at) for a in incident.audiences if (at := owed_at(incident, a)) is not None]
    found = [OwedUpdate(a.audience, at, a.open is not None and a.open.final, at < now.at) for a, at in due]
    return OwedUpdates(
        owed=tuple(sorted(found, key=lambda one: one.due_at)),
        held=tuple(a.audience for a in incident.audiences if a.held),
        speaker=incident.holder(Role.COMMS_LEAD) or incident.holder(Role.COMMANDER),
    )
