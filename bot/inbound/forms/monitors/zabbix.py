"""Zabbix, by the media type of docs/how-to/connect-alerts.md. A recovery carries the id of the problem that it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.inbound.json_body import Unreadable, json_object, moment, text
from organisation.model.alert import Alert, AlertStatus

# What Zabbix leaves of a macro that it does not know.
_MACRO: Final = "{"


def alerts_of(headers: Mapping[str, str], body: bytes) -> tuple[Alert, ...]:
    """Read one alert; an update of a problem, such as a comment, changes nothing."""
    whole = json_object(body)
    key = text(whole, "event_id")
    if key is None or key.startswith(_MACRO):
        raise Unreadable("it has no event_id: use the media type of the guide")
    is_update = text(whole, "update_status") == "1"
    firing = AlertStatus.ACKNOWLEDGED if is_update else AlertStatus.FIRING
    host, url = text(whole, "host"), text(whole, "url")
    alert = Alert(
        key=key,
        status=AlertStatus.RESOLVED if text(whole, "event_value") == "0" else firing,
        title=text(whole, "name") or f"Problem {key}",
        description=" ".join(words for words in (host, text(whole, "opdata")) if words) or None,
        url=None if url is None or url.startswith(_MACRO) else url,
        service=text(whole, "service") or host,
        severity=text(whole, "severity"),
        starts_at=moment(whole, "started_at"),
    )
    return (alert,)
