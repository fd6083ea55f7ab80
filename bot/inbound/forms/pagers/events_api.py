"""PagerDuty's Events API, version 2, as its senders speak it: their address changes to ours, and the key to our secret."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from bot.inbound.json_body import Unreadable, json_object, text
from organisation.model.alert import Alert, AlertStatus

ROUTING_KEY: Final = "routing_key"
_STATUS: Final = {
    "trigger": AlertStatus.FIRING,
    "acknowledge": AlertStatus.ACKNOWLEDGED,
    "resolve": AlertStatus.RESOLVED,
}


def alerts_of(headers: Mapping[str, str], body: bytes) -> tuple[Alert, ...]:
    """Read one alert."""
    whole = json_object(body)
    action = text(whole, "event_action")
    if action not in _STATUS:
        raise Unreadable("event_action is none of trigger, acknowledge, resolve")
    links = text(whole, "links.0.href", "client_url")
    alert = Alert(
        key=dedup_key(whole, body),
        status=_STATUS[action],
        title=text(whole, "payload.summary") or dedup_key(whole, body),
        description=text(whole, "payload.source"),
        url=links,
        service=text(whole, "payload.component", "payload.group", "payload.custom_details.service"),
        severity=text(whole, "payload.severity"),
    )
    return (alert,)


def dedup_key(whole: dict[str, Any], body: bytes) -> str:
    """Return the sender's key, else one of the body: the same body is the same alert."""
    found = text(whole, "dedup_key", "incident_key")
    if found is None and text(whole, "event_action") != "trigger":
        raise Unreadable("it has no dedup_key")
    return found or sha256(body).hexdigest()[:32]
