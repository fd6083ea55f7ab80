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
    """Return the people whom an open incident may concern, and whether each is involved or called; none once it is over.

    The others were active in it. Every deadline asks one of either, save that a mask asks those who may redact. Who is called
    may answer a restricted incident, and not see it: what reads these rows asks `may_see` too.
    """
    if incident.is_over:
        return {}
    active = {seen.who: False for seen in incident.last_seen}
    called = {call.person for call in incident.escalations if call.person and call.answer != "declined"}
    return active | dict.fromkeys((*involved(incident), *called), True)
