"""Azure Monitor, the common alert schema."""

from __future__ import annotations

from collections.abc import Mapping

from bot.inbound.json_body import Unreadable, json_object, moment, status_of, text
from organisation.model.alert import Alert


def alerts_of(headers: Mapping[str, str], body: bytes) -> tuple[Alert, ...]:
    """Read one alert: the same id fires and resolves."""
    whole = json_object(body)
    key = text(whole, "data.essentials.alertId")
    if key is None:
        raise Unreadable("it has no data.essentials.alertId: switch the common alert schema on")
    condition = text(whole, "data.essentials.monitorCondition")
    alert = Alert(
        key=key,
        status=status_of(condition, ("resolved",)),
        title=text(whole, "data.essentials.alertRule") or key,
        description=text(whole, "data.essentials.description"),
        service=text(whole, "data.essentials.configurationItems.0", "data.essentials.monitoringService"),
        severity=text(whole, "data.essentials.severity"),
        starts_at=moment(whole, "data.essentials.firedDateTime"),
    )
    return (alert,)
