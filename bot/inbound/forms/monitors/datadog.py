"""Datadog, by the template of docs/how-to/connect-alerts.md: its webhooks send whatever a person typed there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.inbound.json_body import Unreadable, json_object, moment, status_of, text
from organisation.model.alert import Alert

_OVER: Final = ("recovered", "no data recovered", "warn recovered")


def alerts_of(headers: Mapping[str, str], body: bytes) -> tuple[Alert, ...]:
    """Read one alert. Its key is that of one cycle from trigger to recovery."""
    whole = json_object(body)
    key = text(whole, "cycle_key", "aggreg_key", "alert_id")
    if key is None:
        raise Unreadable("it has no cycle_key: use the template of the guide")
    alert = Alert(
        key=key,
        group=text(whole, "aggreg_key", "alert_id") or key,
        status=status_of(text(whole, "transition"), _OVER),
        title=text(whole, "title") or key,
        description=text(whole, "body"),
        url=text(whole, "link"),
        service=text(whole, "service"),
        severity=text(whole, "priority", "alert_type"),
        starts_at=moment(whole, "date") if text(whole, "transition") in ("Triggered", None) else None,
    )
    return (alert,)
