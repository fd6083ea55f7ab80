"""What each source sends is read into the same alert. The payloads were made from the shapes that the vendors document."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from bot.inbound.json_body import Unreadable
from bot.inbound.source_forms import needed_headers, read_alerts
from incident.policy_parts.intake_rules import FORMS, IntakeSource, SourceForm
from organisation.model.alert import Alert, AlertStatus
from tests.support.intake_env import PAYLOADS, payload

BEGAN = datetime(2026, 6, 9, 8, 2, 11, tzinfo=UTC)
FIRING, RESOLVED = AlertStatus.FIRING, AlertStatus.RESOLVED
HEADERS = {"sentry": {"sentry-hook-resource": "issue"}}

# title, key, service, severity, start, link: what a person and the rules need of each.
GOLDEN = {
    "alertmanager": (
        "Disk of web-1 is full",
        "c6a2f0b1d4e59731",
        "checkout",
        "critical",
        BEGAN.replace(microsecond=123456),
        "https://prometheus.example/graph?g0.expr=disk",
    ),
    "grafana": (
        "Latency of checkout is high",
        "7 1a2b3c4d5e6f7081",
        "checkout",
        "warning",
        BEGAN.replace(second=0),
        "https://grafana.example/d/xyz?viewPanel=4",
    ),
    "pagerduty": (
        "Checkout answers with errors",
        "PGR0VU2",
        "checkout",
        "P1",
        BEGAN,
        "https://acme.pagerduty.com/incidents/PGR0VU2",
    ),
    "generic": ("Queue of payments grows", "queue-7", "checkout", "warning", BEGAN, "https://noc.example/q/7"),
    "datadog": (
        "[Triggered] CPU of web-1",
        "5551234",
        "checkout",
        "P2",
        BEGAN,
        "https://app.datadoghq.eu/event/event?id=1",
    ),
    "sentry": (
        "TypeError: total is undefined",
        "issue 1170820242",
        "checkout",
        "error",
        None,
        "https://sentry.example/issues/1170820242/",
    ),
    "zabbix": ("Disk of db-1 is full", "70231", "checkout", "High", BEGAN, None),
    "sns": (
        "checkout-errors",
        "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-errors",
        "AWS/ApplicationELB",
        None,
        BEGAN,
        None,
    ),
    "azure": (
        "checkout-5xx",
        "/subscriptions/1/providers/Microsoft.AlertsManagement/alerts/b9569717",
        "checkout",
        "Sev1",
        BEGAN,
        None,
    ),
    "google_cloud": (
        "Errors of checkout",
        "0.opqiw61fsv7p",
        "checkout",
        "Critical",
        BEGAN,
        "https://console.cloud.google.com/monitoring/alerting/incidents/0.opqiw61fsv7p",
    ),
    "cloudevents": ("Door of room 4 is open", "A234-1234-1234", "checkout", None, BEGAN, None),
    "pagerduty_events": (
        "Checkout is down",
        "samplekeyhere",
        "checkout",
        "critical",
        None,
        "https://uptime.example/c/1",
    ),
    "opsgenie": ("Checkout is down", "checkout-http", "checkout", "P1", None, None),
}
# How each says that it is over: the parts that change.
OVER: dict[str, dict[str, Any]] = {
    "alertmanager": {"alerts.0.status": "resolved"},
    "grafana": {"alerts.0.status": "resolved"},
    "pagerduty": {"event.event_type": "incident.resolved"},
    "generic": {"status": "resolved"},
    "datadog": {"transition": "Recovered"},
    "sentry": {"action": "resolved"},
    "zabbix": {"event_value": "0"},
    "azure": {"data.essentials.monitorCondition": "Resolved"},
    "google_cloud": {"incident.state": "closed"},
    "cloudevents": {"data.status": "resolved"},
    "pagerduty_events": {"event_action": "resolve"},
}


def source(form: str, **more: Any) -> IntakeSource:
    given = (
        {"topics": ["arn:aws:sns:eu-west-1:123456789012:alarms"]} if form == "sns" else {"secret": "MUSTER_INTAKE_X"}
    )
    return IntakeSource.model_validate({"form": form, **given, **more})


def read(form: str, body: dict[str, Any], headers: dict[str, str] | None = None, **more: Any) -> tuple[Alert, ...]:
    return read_alerts(source(form, **more), HEADERS.get(form, {}) | (headers or {}), json.dumps(body).encode())


def test_every_form_of_the_policy_has_a_parser_and_a_payload():
    assert set(FORMS) == set(get_args(SourceForm)) == set(GOLDEN) == {path.stem for path in PAYLOADS.iterdir()}


@pytest.mark.parametrize("form", FORMS)
def test_the_documented_shape_is_read(form):
    first = read(form, payload(form))[0]

    found = (first.title, first.key, first.service, first.severity, first.starts_at, first.url)
    assert found == GOLDEN[form]
    assert first.status is FIRING


@pytest.mark.parametrize("form", OVER)
def test_what_is_over_has_the_key_of_what_fired(form):
    fired, over = read(form, payload(form))[0], read(form, payload(form, **OVER[form]))[0]

    assert over.status is RESOLVED
    assert (over.key, over.group) == (fired.key, fired.group)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"alerts": 7}', b"\xff", b"[" * 100_000, b'{"event": []}']
)
def test_no_body_is_read_wrong_or_raises_anything_else(form, body):
    with suppress(Unreadable):
        found = read_alerts(source(form), {}, body)
        assert form in ("opsgenie", "sentry", "sns") or found == ()


def test_each_member_of_a_group_has_a_state_of_its_own_and_the_hidden_ones_are_counted():
    first, second = read("alertmanager", payload("alertmanager"))

    assert (first.status, second.status) == (FIRING, RESOLVED)
    assert (first.hidden, second.hidden) == (2, 0)
    assert first.group == second.group


def test_an_edit_of_the_routing_tree_changes_no_group():
    moved = payload("alertmanager", groupKey='{}/{team="other"}:{alertname="DiskFull"}')

    assert read("alertmanager", moved)[0].group == read("alertmanager", payload("alertmanager"))[0].group


def test_a_reopened_incident_is_another_occurrence_and_an_acknowledged_one_none():
    reopened = payload(
        "pagerduty", **{"event.event_type": "incident.reopened", "event.occurred_at": "2026-06-09T09:00:00Z"}
    )
    acknowledged = payload("pagerduty", **{"event.event_type": "incident.acknowledged"})

    assert read("pagerduty", reopened)[0].starts_at == datetime(2026, 6, 9, 9, tzinfo=UTC)
    assert read("pagerduty", acknowledged)[0].status is AlertStatus.ACKNOWLEDGED
    assert read("pagerduty", payload("pagerduty", **{"event.event_type": "pagey.ping"})) == ()


def test_neither_firing_nor_over_opens_nothing():
    message = json.loads(payload("sns")["Message"]) | {"NewStateValue": "INSUFFICIENT_DATA"}

    assert read("sns", payload("sns", Message=json.dumps(message)))[0].status is AlertStatus.INFO


def test_a_close_of_opsgenie_s_api_needs_no_body():
    source_ = source("opsgenie")
    headers = {"x-muster-action": "close", "x-muster-alias": "checkout-http"}

    [over] = read_alerts(source_, headers, b"")

    assert (over.key, over.status) == ("checkout-http", RESOLVED)


def test_a_mapping_of_the_policy_says_what_is_where():
    body = {"alarm": {"name": "Fan", "state": "OK", "ids": ["f-1"]}, "site": "checkout"}
    mapping = {"title": "alarm.name", "key": "alarm.ids.0", "status": "alarm.state", "service": "site"}

    [found] = read("generic", body, map=mapping)

    assert (found.title, found.key, found.status, found.service) == ("Fan", "f-1", RESOLVED, "checkout")


def test_a_cloud_event_in_binary_mode_is_read_of_its_headers():
    headers = {
        "ce-id": "1",
        "ce-source": "checkout",
        "ce-type": "t",
        "ce-subject": "Door is open",
        "ce-specversion": "1.0",
    }

    [found] = read("cloudevents", {"status": "firing"}, headers)

    assert (found.title, found.key, found.service) == ("Door is open", "1", "checkout")


def test_no_header_with_a_secret_is_stored():
    given = {
        "authorization": "Bearer s",
        "x-muster-token": "s",
        "cookie": "s",
        "ce-id": "1",
        "sentry-hook-resource": "issue",
    }

    assert needed_headers(given) == {"ce-id": "1", "sentry-hook-resource": "issue"}
