"""`status`: how the incident stands now, on half a screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from commands.core.verb import DecisionContext, Group, Verb
from commands.next import NextView, owed
from incident.entry import Fact
from incident.model.components import Action, TempFix
from incident.model.incident import Incident
from roles.person_ids import PersonId
from roles.role_names import Role


@dataclass(frozen=True)
class StatusView:
    """What stands and what is open."""

    since: datetime
    lasting: timedelta
    roles: tuple[tuple[Role, PersonId], ...]
    actions: tuple[Action, ...]
    fixes: tuple[TempFix, ...]
    next: NextView


class Status(Verb):
    """Show how the incident stands: state, priority, who does what, what is owed."""

    name = "status"
    group = Group.INFORM
    asks = True

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Answer; nothing changes."""
        return ()

    def view(self, now: DecisionContext) -> StatusView:
        """Gather what stands and what is open."""
        return standing(now)


def standing(now: DecisionContext) -> StatusView:
    """Gather what stands and what is open in an incident."""
    incident = now.open
    since = harm_since(incident)
    return StatusView(
        since=since,
        lasting=(incident.times.restored_at or now.at) - since,
        roles=tuple((i.role, i.who) for role in Role for i in incident.roles if i.role == role and i.until is None),
        actions=tuple(action for action in incident.actions if action.done_at is None),
        fixes=tuple(fix for fix in incident.temp_fixes if fix.removed_at is None),
        next=owed(now),
    )


def harm_since(incident: Incident) -> datetime:
    """Tell since when users have been harmed this time: the start of the last episode."""
    times = incident.times
    start = incident.episodes[-1].start if incident.episodes else None
    return start or times.detected_at or times.logged_at or incident.last_entry_at
