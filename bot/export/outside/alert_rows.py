"""What an export says of the alerts of an incident: from which source each came, since when, and how it is."""

from __future__ import annotations

from typing import Any

from incident.model.incident import Incident
from incident.report.report_format import moment


def alert_rows(incident: Incident) -> list[dict[str, Any]]:
    """Return the events whose alerts belong to an incident, in order."""
    return [
        {
            "entry": one.n,
            "event": one.event,
            "source": one.source,
            "text": one.text,
            "link": one.link,
            "starts_at": moment(one.starts_at) if one.starts_at else None,
            "attached_at": moment(one.at),
            "state": "firing" if one.is_firing else "resolved",
            "changed_at": moment(one.last_at),
            "alerts": one.members,
        }
        for one in incident.alerts
    ]
