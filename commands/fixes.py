"""`fixes`: the temporary fixes that should be gone, also of incidents that are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from commands.core.rules.open_incidents import newest_page
from commands.core.verb import DecisionContext, Group, Verb
from incident.model.components import TempFix
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch

PAGE: Final = 20
MOST_READ: Final = 150
_LOOKED_BACK: Final = timedelta(days=366)


@dataclass(frozen=True)
class FixLine:
    """A temporary fix whose date has passed, and its incident."""

    incident: Incident
    fix: TempFix


@dataclass(frozen=True)
class FixesView:
    """The first overdue fixes, the oldest date first, and how many follow. `is_cut` if not every incident was looked at."""

    lines: tuple[FixLine, ...]
    more: int
    is_cut: bool


class Fixes(Verb):
    """List temporary fixes that should be gone, also of closed incidents."""

    name = "fixes"
    aliases = ("overdue fixes", "temporary fixes")
    group = Group.OTHER
    is_query = True
    needs_incident = False

    def decide(self, now: DecisionContext) -> tuple[()]:
        """Refuse nothing."""
        return ()

    def view(self, now: DecisionContext) -> FixesView:
        """Return the overdue fixes of the newest incidents of the last year that the actor may see (S2-26)."""
        search = IncidentSearch(since=now.at - _LOOKED_BACK)
        page = newest_page(now.reader, now.team, now.actor, search, limit=MOST_READ)
        found = [
            (fix.remove_by, FixLine(incident, fix))
            for incident in page.incidents
            for fix in incident.temp_fixes
            if fix.removed_at is None and fix.remove_by is not None and fix.remove_by < now.at
        ]
        lines = [line for _, line in sorted(found, key=lambda one: (one[0], one[1].incident.number, one[1].fix.id))]
        return FixesView(tuple(lines[:PAGE]), len(lines[PAGE:]), is_cut=page.more > 0)
