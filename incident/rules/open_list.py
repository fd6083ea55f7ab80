"""The order in which incidents are listed, and the people whom each of them concerns. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from incident.frozen import utc_text
from incident.model.incident import Incident
from incident.rules.visibility import involved
from incident.states import VOID
from roles.person_ids import PersonId

_NO_PRIORITY: Final = "P9"
# Incidents that are over come after all that are open.
OVER: Final = "9"
_UNTIL_DONE: Final = datetime(9999, 1, 1, tzinfo=UTC)


def position(incident: Incident) -> str:
    """Return the place of an incident in lists, as text that sorts: drills last, highest priority first, then oldest."""
    return f"{incident.drill:d}{incident.priority or _NO_PRIORITY}{incident.key.id}"


def over_position(incident: Incident, until: datetime) -> str:
    """Return the place of an incident that is over among those in which something waits for a person `until` a time."""
    return f"{over_since(until)}{incident.key.id}"


def over_since(since: datetime) -> str:
    """Return the place before all incidents that are over in which something waits since a time or without end."""
    return f"{OVER}{utc_text(since)}"


def concerned(incident: Incident) -> dict[PersonId, bool]:
    """Return the people whom an open incident may concern, and whether each is involved or called; none once it is over.

    The others were active in it. Every deadline asks one of either, save that a mask asks those who may redact. Who is called
    may answer a restricted incident, and not see it: what reads these rows asks `may_see` too.
    """
    if incident.is_over:
        return {}
    active = {seen.who: False for seen in incident.last_seen}
    asked = {question.who: False for question in incident.approval_questions}
    called = {call.person for call in incident.escalations if call.person and call.answer != "declined"}
    return active | asked | dict.fromkeys((*involved(incident), *called), True)


def left_to_do(incident: Incident) -> dict[PersonId, datetime]:
    """Return the people for whom something is left to do in an incident that is over, and until when it is shown to each.

    The review is shown until its date; a temporary fix in place has no end.
    """
    if not incident.is_over or incident.state in VOID:
        return {}
    found: dict[PersonId, datetime] = {incident.review.owner: incident.review.at} if incident.review else {}
    fixes = () if incident.drill else incident.temp_fixes
    owners = (fix.owner or incident.service_owner for fix in fixes if fix.removed_at is None and fix.remove_by)
    return found | {who: _UNTIL_DONE for who in owners if who is not None}
