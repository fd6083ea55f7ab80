"""The changes that an incident may have come from: those of its service shortly before (S1-26)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from commands.core.verb import DecisionContext
from incident.model.incident import Incident
from organisation.model.change_record import ChangeRecord

MOST_OFFERED: Final = 3


def recent_changes(incident: Incident, now: DecisionContext) -> tuple[ChangeRecord, ...]:
    """Return the latest changes of the service within the policy's `change_window_minutes`, newest first, none of others.

    The time counts back from when the incident began, else from when it was detected.
    """
    until = incident.times.started_at or incident.times.detected_at or now.at
    since = until - timedelta(minutes=now.policy.classification.change_window_minutes)
    found = [
        one
        for one in reversed(now.organisation.changes)
        if since <= one.at <= now.at and one.service in (None, incident.service)
    ]
    return tuple(found[:MOST_OFFERED])
