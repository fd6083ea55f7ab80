"""What the record of an incident lacks while people work: stretches without an entry, missing times, empty roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from commands.core.verb import DecisionContext
from incident.entries import TIMELINE_KINDS
from incident.entry import Entry
from incident.model.incident import Incident
from incident.record.corrected_times import corrected_times
from incident.states import OVER, State
from roles.role_names import Role

_FROM_THE_START: Final = ("started_at", "detected_at", "acknowledged_at")
_LATER: Final = {
    "restored_at": frozenset({State.RESTORED, State.RESOLVED, State.CLOSED}),
    "resolved_at": frozenset({State.RESOLVED, State.CLOSED}),
}
_ROLES_OF_A_MAJOR: Final = (Role.COMMANDER, Role.COMMS_LEAD, Role.SCRIBE)


@dataclass(frozen=True)
class Gap:
    """A stretch without an entry on the timeline (UTC); it lasts still where `is_open`."""

    since: datetime
    until: datetime
    is_open: bool = False

    @property
    def length(self) -> timedelta:
        """How long it lasted."""
        return self.until - self.since


def gaps(now: DecisionContext) -> tuple[Gap, ...]:
    """Return the stretches longer than `scribe.gap_minutes` without an entry, from logging until resolution or now."""
    incident, longest = now.open, timedelta(minutes=now.policy.scribe.gap_minutes)
    logged_at = incident.times.logged_at
    if logged_at is None:
        return ()
    ended_at = incident.times.resolved_at or (incident.states[-1].at if incident.states and incident.is_over else None)
    end = min(ended_at or now.at, now.at)
    moments = sorted(at for at in _moments(now) if logged_at < at < end)
    found = [Gap(since, until) for since, until in pairwise((logged_at, *moments, end)) if until - since > longest]
    if found and ended_at is None and found[-1].until == end:
        found[-1] = Gap(found[-1].since, end, is_open=True)
    return tuple(found)


def missing_times(incident: Incident) -> tuple[str, ...]:
    """Return the milestones that are past and unknown, by the names of `Times`."""
    needed = (*_FROM_THE_START, *(name for name, states in _LATER.items() if incident.state in states))
    return tuple(name for name in needed if getattr(incident.times, name) is None)


def empty_roles(incident: Incident) -> tuple[Role, ...]:
    """Return the roles that an open incident asks for and no one holds."""
    if incident.state in OVER:
        return ()
    needed = _ROLES_OF_A_MAJOR if incident.major else (Role.COMMANDER,) if incident.lacks_commander else ()
    return tuple(role for role in needed if incident.holder(role) is None)


def _moments(now: DecisionContext) -> Sequence[datetime]:
    """Return when each entry of the timeline happened, by its last correction."""
    entries: Sequence[Entry] = now.reader.entries(now.open.key, kinds=TIMELINE_KINDS)
    corrected = corrected_times(entries)
    return [corrected.get(entry.n, entry.occurred_at) for entry in entries if entry.n not in now.open.undone]
