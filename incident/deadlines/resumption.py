"""Since when an incident is responded to again. Deadlines of the response count from then, not from before it ended."""

from __future__ import annotations

from datetime import datetime

from incident.model.incident import Incident
from incident.states import RESPONDING


def resumed_at(incident: Incident) -> datetime | None:
    """Return when the incident last went back from an ended state to a responding one (UTC); None if it never did."""
    ended = (item for item in reversed(incident.states) if item.old is not None and item.old not in RESPONDING)
    return next((item.at for item in ended if item.new in RESPONDING), None)


def latest(incident: Incident, *moments: datetime) -> datetime:
    """Return the latest of some moments and of when the incident was resumed."""
    resumed = resumed_at(incident)
    return max(moments) if resumed is None else max(*moments, resumed)
