"""Grafana Alerting: Alertmanager's group, with links and values of its own for each alert."""

from __future__ import annotations

from collections.abc import Mapping

from bot.inbound.forms.monitors.alertmanager import alert_of, group_of
from bot.inbound.json_body import json_object, objects, part, text
from organisation.model.alert import Alert


def alerts_of(headers: Mapping[str, str], body: bytes) -> tuple[Alert, ...]:
    """Read the alerts of a group. The organisation of Grafana is a part of their keys."""
    whole = json_object(body)
    org, hidden = text(whole, "orgId") or "", part(whole, "truncatedAlerts")
    found = []
    for one in objects(whole, "alerts"):
        alert = alert_of(one, whole, f"{org} {group_of(whole)}")
        values = text(one, "valueString")
        details = "\n".join(words for words in (alert.description, values) if words)
        url = text(one, "panelURL", "dashboardURL", "generatorURL") or alert.url
        found.append(alert.model_copy(update={"key": f"{org} {alert.key}", "url": url, "description": details or None}))
    if found and isinstance(hidden, int) and hidden > 0:
        found[0] = found[0].model_copy(update={"hidden": hidden})
    return tuple(found)
