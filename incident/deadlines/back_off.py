"""How repetitions back off: of an urgent incident after a day in which no one acts, of any other at once.

So an incident that is left open adds a handful of entries a year, not a handful an hour, and no one is asked at night for
what can wait. Pure.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incident.model.incident import Incident
from incident.policy_parts.paging_hours import BusinessHours
from incident.rules.business_days import next_morning
from incident.states import RESPONDING, Priority, State

BACKS_OFF_AFTER: Final = timedelta(days=1)

_LESSER: Final = frozenset({Priority.P3, Priority.P4, Priority.P5})


def is_calm(incident: Incident) -> bool:
    """True if what is asked can wait for the working day: at P3 to P5 once that is judged, and once it is restored."""
    is_harmful = incident.state in RESPONDING - {State.RESTORED}
    return not is_harmful or (incident.priority in _LESSER and not incident.provisional)


def calm_repetition(first: datetime, asked_at: datetime, hours: BusinessHours) -> datetime:
    """Return when a repetition that can wait comes after `asked_at` (UTC).

    On the morning of the first, third, seventh … business day after `first`, when all had been asked.
    """
    days = 1
    while (morning := next_morning(first, hours, days)) <= asked_at:
        days = 2 * days + 1
    return morning


def last_activity(incident: Incident) -> datetime:
    """Return when a person last acted or wrote in an incident (UTC); when it was logged if no one has."""
    return max((seen.at for seen in incident.last_seen), default=incident.times.logged_at or incident.last_entry_at)


def backed_off(incident: Incident, moment: datetime) -> datetime:
    """Return when a repetition that would come at `moment` (UTC) comes.

    Within a day of the last activity it comes then. Later, all that would have come is done together one day, two days,
    four days … after the last activity, at the first of these moments that is not before `moment`.
    """
    silence = moment - last_activity(incident)
    wait = BACKS_OFF_AFTER
    if silence <= wait:
        return moment
    while wait < silence:
        wait *= 2
    return last_activity(incident) + wait
