"""The order in which open incidents are listed, and the people whom each of them concerns. Pure."""

from __future__ import annotations

from incident.model.incident import Incident
from incident.rules.visibility import involved
from roles.person_ids import PersonId

_NO_PRIORITY = "P9"


def position(incident: Incident) -> str:
    """Return the place of an incident in lists, as text that sorts: drills last, highest priority first, then oldest."""
    return f"{incident.drill:d}{incident.priority or _NO_PRIORITY}{incident.key.id}"


def concerned(incident: Incident) -> dict[PersonId, bool]:
    """Return the people whom an open incident may concern, and whether each is involved; none once it is over.

    Besides those involved they are the people who were active in it: every deadline asks one of either, save that a mask
    asks those who may redact.
    """
    if incident.is_over:
        return {}
    active = {seen.who: False for seen in incident.last_seen}
    return active | dict.fromkeys(involved(incident), True)
