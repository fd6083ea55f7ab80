"""PagerDuty's webhooks, version 3: incidents there, delivered at least once and in any order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.inbound.json_body import Unreadable, json_object, moment, text
from organisation.model.alert import Alert, AlertStatus

_STATUS: Final = {
    "incident.triggered": AlertStatus.FIRING,
    "incident.reopened": AlertStatus.FIRING,
    "incident.unacknowledged": AlertStatus.ACKNOWLEDGED,
    "incident.acknowledged": AlertStatus.ACKNOWLEDGED,
    "incident.resolved": AlertStatus.RESOLVED,
    "alert.triggered": AlertStatus.FIRING,
    "alert.resolved": AlertStatus.RESOLVED,
}
_REOPENED: Final = "incident.reopened"


def alerts_of(headers: Mapping[str, str], body: bytes) -> tuple[Alert, ...]:
    """Read one incident of theirs; a test and what changes nothing here are no alerts."""
    whole = json_object(body)
    kind = text(whole, "event.event_type")
    if kind is None:
        raise Unreadable("it has no event.event_type")
    key = text(whole, "event.data.alert_key", "event.data.id")
    if kind not in _STATUS or key is None:
        return ()
    alert = Alert(
        key=key,
        status=_STATUS[kind],
        title=text(whole, "event.data.title", "event.data.summary") or key,
        url=text(whole, "event.data.html_url"),
        service=text(whole, "event.data.service.summary"),
        severity=text(whole, "event.data.priority.summary", "event.data.urgency"),
        starts_at=moment(whole, "event.occurred_at" if kind == _REOPENED else "event.data.created_at"),
    )
    return (alert,)
