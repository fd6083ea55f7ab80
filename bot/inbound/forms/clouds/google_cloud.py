"""Google Cloud Monitoring: an incident there, open or closed."""

from __future__ import annotations

from collections.abc import Mapping

from bot.inbound.json_body import Unreadable, json_object, moment, status_of, text
from organisation.model.alert import Alert


def alerts_of(headers: Mapping[str, str], body: bytes) -> tuple[Alert, ...]:
    """Read one alert."""
    whole = json_object(body)
    key = text(whole, "incident.incident_id")
    if key is None:
        raise Unreadable("it has no incident.incident_id")
    alert = Alert(
        key=key,
        status=status_of(text(whole, "incident.state"), ("closed",)),
        title=text(whole, "incident.policy_name", "incident.condition_name", "incident.summary") or key,
        description=text(whole, "incident.summary"),
        url=text(whole, "incident.url"),
        service=text(whole, "incident.resource_display_name", "incident.resource_name"),
        severity=text(whole, "incident.severity"),
        starts_at=moment(whole, "incident.started_at"),
    )
    return (alert,)
