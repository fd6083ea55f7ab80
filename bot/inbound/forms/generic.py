"""Any JSON, by a mapping of the policy: which part is the title, which the key. Without one, the names are incident.io's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.inbound.json_body import Unreadable, json_object, moment, part, status_of, text
from organisation.model.alert import Alert

_DEFAULT: Final = {
    "title": "title",
    "key": "deduplication_key",
    "status": "status",
    "description": "description",
    "url": "source_url",
    "service": "metadata.service",
    "severity": "metadata.severity",
    "starts_at": "starts_at",
    "group": "group",
}
_OVER: Final = ("resolved", "ok", "closed", "close", "recovered", "recovery", "normal", "up", "0", "false")


def alerts_of(headers: Mapping[str, str], body: bytes, mapping: Mapping[str, str]) -> tuple[Alert, ...]:
    """Read one alert, or each of the list `alerts`."""
    whole = json_object(body)
    several = part(whole, "alerts")
    if isinstance(several, list) and several:
        return tuple(mapped_alert(one, {**_DEFAULT, **mapping}) for one in several if isinstance(one, dict))
    return (mapped_alert(whole, {**_DEFAULT, **mapping}),)


def mapped_alert(whole: dict[str, Any], mapping: Mapping[str, str]) -> Alert:
    """Read one alert by a mapping. Its key is its title where it has none: so it can be resolved all the same."""
    title = text(whole, mapping.get("title", "title"))
    key = text(whole, mapping.get("key", "")) or title
    if key is None:
        raise Unreadable(f"it has neither {mapping.get('title')} nor {mapping.get('key')}")

    def of(name: str) -> str | None:
        return text(whole, mapping[name]) if name in mapping else None

    found = part(whole, mapping.get("status", ""))
    word = str(found).lower() if isinstance(found, str | int | bool) else None
    return Alert(
        key=key,
        group=of("group"),
        status=status_of(word, _OVER),
        title=title or key,
        description=of("description"),
        url=of("url"),
        service=of("service"),
        severity=of("severity"),
        starts_at=moment(whole, mapping["starts_at"]) if "starts_at" in mapping else None,
    )
