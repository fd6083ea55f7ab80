"""Sentry's integration platform: issues, alerts on events, metric alerts. The header says which of them a body is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.inbound.json_body import Unreadable, json_object, moment, text
from organisation.model.alert import Alert, AlertStatus

RESOURCE: Final = "sentry-hook-resource"
_STATUS: Final = {
    "created": AlertStatus.FIRING,
    "triggered": AlertStatus.FIRING,
    "unresolved": AlertStatus.FIRING,
    "critical": AlertStatus.FIRING,
    "warning": AlertStatus.FIRING,
    "resolved": AlertStatus.RESOLVED,
    "archived": AlertStatus.RESOLVED,
    "ignored": AlertStatus.RESOLVED,
}


def alerts_of(headers: Mapping[str, str], body: bytes) -> tuple[Alert, ...]:
    """Read one alert; an installation, a comment or an assignment is none."""
    whole = json_object(body)
    resource, action = headers.get(RESOURCE, ""), text(whole, "action") or ""
    status = _STATUS.get(action, AlertStatus.INFO)
    if resource == "metric_alert":
        return (_metric(whole, action, status),)
    if resource not in ("event_alert", "issue"):
        return ()
    one = "data.event" if resource == "event_alert" else "data.issue"
    key = text(whole, f"{one}.issue_id", f"{one}.id", f"{one}.event_id")
    if key is None:
        raise Unreadable("it names no issue")
    alert = Alert(
        key=f"issue {key}",
        status=status,
        title=text(whole, f"{one}.title") or f"Issue {key}",
        description=text(whole, f"{one}.culprit", "data.triggered_rule"),
        url=text(whole, f"{one}.web_url", f"{one}.permalink"),
        service=text(whole, f"{one}.project.slug", f"{one}.project_slug"),
        severity=text(whole, f"{one}.level"),
    )
    return (alert,)


def _metric(whole: dict[str, Any], action: str, status: AlertStatus) -> Alert:
    key = text(whole, "data.metric_alert.id")
    if key is None:
        raise Unreadable("it names no metric alert")
    return Alert(
        key=f"metric {key}",
        status=status,
        title=text(whole, "data.description_title", "data.metric_alert.title") or f"Metric alert {key}",
        description=text(whole, "data.description_text"),
        url=text(whole, "data.web_url"),
        service=text(whole, "data.metric_alert.projects.0"),
        severity=action if action in ("critical", "warning") else None,
        starts_at=moment(whole, "data.metric_alert.date_started"),
    )
