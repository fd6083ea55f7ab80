"""A sample of what each source sends, proved as it would prove it: to try an address without touching the source."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any, Final

from incident.policy_parts.intake_rules import IntakeSource

TITLE: Final = "Test of the source {source}, by muster intake-test"


@dataclass(frozen=True)
class Sample:
    """One request: its path, headers and body."""

    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def sample_of(source: str, rules: IntakeSource, secret: str, key: str) -> Sample | None:
    """Return a sample of a source, under a key of its own; None for one that only its sender can sign."""
    if rules.form == "sns":
        return None
    title = TITLE.format(source=source)
    body = json.dumps(_body(rules, title, key, secret)).encode()
    path = "/v2/alerts" if rules.form == "opsgenie" else f"/intake/{source}"
    return Sample(path, {"Content-Type": "application/json", **_proof(rules.form, secret, body)}, body)


def _proof(form: str, secret: str, body: bytes) -> dict[str, str]:
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    proofs = {
        "pagerduty": {"X-PagerDuty-Signature": f"v1={mac}"},
        "sentry": {"Sentry-Hook-Signature": mac, "Sentry-Hook-Resource": "issue"},
        "grafana": {"X-Grafana-Alerting-Signature": mac},
        "opsgenie": {"Authorization": f"GenieKey {secret}"},
        "pagerduty_events": {},
    }
    return proofs.get(form, {"Authorization": f"Bearer {secret}"})


def _body(rules: IntakeSource, title: str, key: str, secret: str) -> dict[str, Any]:
    member = {"status": "firing", "fingerprint": key, "labels": {"alertname": title}, "annotations": {"summary": title}}
    bodies: dict[str, dict[str, Any]] = {
        "alertmanager": {"version": "4", "groupLabels": {"alertname": key}, "alerts": [member]},
        "grafana": {"orgId": 1, "groupLabels": {"alertname": key}, "alerts": [member]},
        "pagerduty": {"event": {"event_type": "incident.triggered", "data": {"id": key, "title": title}}},
        "datadog": {"title": title, "cycle_key": key, "transition": "Triggered"},
        "sentry": {"action": "created", "data": {"issue": {"id": key, "title": title}}},
        "zabbix": {"event_id": key, "event_value": "1", "name": title},
        "azure": {
            "data": {"essentials": {"alertId": key, "alertRule": title, "monitorCondition": "Fired"}},
        },
        "google_cloud": {"incident": {"incident_id": key, "state": "open", "policy_name": title}},
        "cloudevents": {"specversion": "1.0", "id": key, "source": "muster", "type": "test", "subject": title},
        "pagerduty_events": {
            "routing_key": secret,
            "event_action": "trigger",
            "dedup_key": key,
            "payload": {"summary": title},
        },
        "opsgenie": {"message": title, "alias": key},
        "generic": {"title": title, "deduplication_key": key},
    }
    return _mapped(bodies[rules.form], rules, title, key)


def _mapped(body: dict[str, Any], rules: IntakeSource, title: str, key: str) -> dict[str, Any]:
    """Put title and key where the mapping of the policy says that they are."""
    for name, value in (("title", title), ("key", key)):
        *place, last = rules.map[name].split(".") if name in rules.map else [name]
        if name not in rules.map or any(one.isdigit() for one in (*place, last)):
            continue
        at = body
        for one in place:
            at = at.setdefault(one, {})
        at[last] = value
    return body
