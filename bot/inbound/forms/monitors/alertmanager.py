"""Prometheus Alertmanager, version 4 of its webhook: a group of alerts, each with a state of its own.

The group's own key begins with the route, and is another one after an edit of the routing tree; its labels are not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.inbound.json_body import Unreadable, json_object, moment, objects, part, status_of, text
from organisation.model.alert import Alert

Headers = Mapping[str, str]


def alerts_of(headers: Headers, body: bytes) -> tuple[Alert, ...]:
    """Read the alerts of a group."""
    whole = json_object(body)
    group = group_of(whole)
    hidden = part(whole, "truncatedAlerts")
    found = tuple(alert_of(one, whole, group) for one in objects(whole, "alerts"))
    if not found or not isinstance(hidden, int) or isinstance(hidden, bool) or hidden <= 0:
        return found
    return (found[0].model_copy(update={"hidden": hidden}), *found[1:])


def group_of(whole: dict[str, Any]) -> str:
    """Return the key of a group: its labels, whatever route it came by."""
    labels = part(whole, "groupLabels")
    if isinstance(labels, dict) and labels:
        return json.dumps(labels, sort_keys=True)
    return text(whole, "groupKey") or "all"


def alert_of(one: dict[str, Any], whole: dict[str, Any], group: str) -> Alert:
    """Read one alert of a group."""
    fingerprint = text(one, "fingerprint") or _labels(one)
    return Alert(
        key=fingerprint,
        group=group,
        status=status_of(text(one, "status"), ("resolved",)),
        title=text(one, "annotations.summary", "labels.alertname", "annotations.message") or fingerprint,
        description=text(one, "annotations.description", "annotations.message"),
        url=text(one, "generatorURL") or text(whole, "externalURL"),
        service=text(one, "labels.service", "labels.job"),
        severity=text(one, "labels.severity"),
        starts_at=moment(one, "startsAt"),
    )


def _labels(one: dict[str, Any]) -> str:
    labels = part(one, "labels")
    if not isinstance(labels, dict) or not labels:
        raise Unreadable("an alert has neither fingerprint nor labels")
    return json.dumps(labels, sort_keys=True)
