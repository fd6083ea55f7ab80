"""How repetitions back off while no one acts in an incident: after a day of silence each comes twice as late as the last.

So an incident that is left open adds a handful of entries a year, not a handful an hour. Pure.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incident.model.incident import Incident

BACKS_OFF_AFTER: Final = timedelta(days=1)


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
