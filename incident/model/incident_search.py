"""Which incidents a search finds, newest first. Pure."""

from __future__ import annotations

from datetime import datetime

from incident.entry import IncidentKey
from incident.frozen import Frozen, Utc
from incident.model.incident import Incident
from incident.states import Priority


class IncidentSearch(Frozen):
    """Which incidents to look for: of one service or of all, of some priorities or of any, since a time.

    With `is_over` True those that ended, by when they ended, with False the open ones, with None both, by when they were
    declared.
    """

    is_over: bool | None = None
    service: str | None = None
    priorities: tuple[Priority, ...] = ()
    since: Utc | None = None

    def place(self, incident: Incident) -> tuple[datetime, IncidentKey]:
        """Return the place of an incident among those found, which are listed from the last place to the first."""
        return (incident.states[-1].at if self.is_over else declared_at(incident)), incident.key

    def finds(self, incident: Incident) -> bool:
        """True if the search finds an incident."""
        if self.is_over not in (None, incident.is_over) or self.service not in (None, incident.service):
            return False
        if self.priorities and incident.priority not in self.priorities:
            return False
        return self.since is None or self.place(incident)[0] >= self.since


def declared_at(incident: Incident) -> datetime:
    """Return when an incident was put on record (UTC)."""
    return incident.times.logged_at or incident.last_entry_at
