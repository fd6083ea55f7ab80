"""Whether an incident is responded to now, and since when again: deadlines of the response run only then and from then."""

from __future__ import annotations

from datetime import datetime

from incident.model.incident import Incident
from incident.states import RESPONDING, State


def resumed_at(incident: Incident) -> datetime | None:
    """Return when the incident last went back from an ended state to a responding one (UTC); None if it never did."""
    ended = (item for item in reversed(incident.states) if item.old is not None and item.old not in RESPONDING)
    return next((item.at for item in ended if item.new in RESPONDING), None)


def is_live(incident: Incident) -> bool:
    """True if an incident is responded to now; False for one that was over before it was put on record.

    That is one whose service was restored before it was logged, and one that was declared afterwards for its channel until a
    response to it is recorded as it happens. No clock of it runs, and no one is asked.
    """
    logged_at, restored_at = incident.times.logged_at, incident.times.restored_at
    if restored_at is not None and logged_at is not None:
        return restored_at >= logged_at
    responses = (item for item in incident.states if item.old not in (None, State.LOGGED))
    return incident.adopted is None or any(item.effective_at is None for item in responses)


def latest(incident: Incident, *moments: datetime) -> datetime:
    """Return the latest of some moments and of when the incident was resumed."""
    resumed = resumed_at(incident)
    return max(moments) if resumed is None else max(*moments, resumed)
