"""What sources post is durable before it is answered, becomes one event, and is refused without a trace in any log."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest

from bot.inbound.intake_jobs import READ, RECORDED
from incident.entries.lifecycle import Declared
from organisation.entries.event_changes import EventJudged, EventReceived, EventRejected
from storage.errors import Unavailable
from storage.intake.deliveries import DeliveryState
from tests.support.intake_env import SECRET, IntakeEnv, intake_policy, payload

ALERT = {"title": "Queue grows", "deduplication_key": "q", "metadata": {"service": "checkout", "severity": "critical"}}


@pytest.fixture
def built() -> Iterator[Callable[..., IntakeEnv]]:
    with ExitStack() as stack:

        def build(*given: Any, **named: Any) -> IntakeEnv:
            return stack.enter_context(closing(IntakeEnv(*given, **named)))

        yield build


@pytest.fixture
def env(built, sqlite_store) -> IntakeEnv:
    return built(sqlite_store)


def quarantine(env: IntakeEnv) -> list[tuple[str, str, str]]:
    return [(one.source, one.state.value, one.why) for one in env.store.deliveries.quarantined()]


def test_what_is_accepted_is_durable_and_becomes_an_event_of_its_source(env):
    assert env.post("/intake/noc", ALERT) == (202, {"accepted": True})
    [stored] = env.store.deliveries.waiting(10)
    assert json.loads(stored.body) == ALERT
    assert SECRET not in stored.headers

    env.drain()

    [event] = env.state.events
    assert (event.source, event.text, event.service) == ("noc", "Queue grows", "checkout")
    assert env.store.deliveries.waiting(10) == []
    [entry] = env.entries(EventReceived.kind)
    assert (entry.fact.payload_sha256, entry.fact.payload_bytes) == (stored.sha256, len(stored.body))


@pytest.mark.parametrize(
    ("path", "headers", "body", "status", "why"),
    [
        ("/intake/noc", {}, ALERT, 401, "signature"),
        ("/intake/noc", {"Authorization": "Bearer wrong"}, ALERT, 401, "signature"),
        ("/intake/pd", None, ALERT, 401, "signature"),
        ("/intake/aws", None, payload("sns"), 401, "signature"),
        ("/intake/nowhere", None, ALERT, 404, "unknown_source"),
        ("/v2/enqueue", None, payload("pagerduty_events"), 401, "signature"),
        ("/v2/alerts", {"Authorization": "GenieKey wrong"}, payload("opsgenie"), 401, "signature"),
    ],
)
def test_what_proves_nothing_is_rejected_with_its_body_in_quarantine_and_an_entry(
    env, path, headers, body, status, why
):
    found, answer = env.post(path, body, headers)
    env.drain()

    assert (found, answer) == (status, {"error": why})
    source = path.removeprefix("/intake/") if why == "signature" and path.startswith("/intake") else "unknown"
    assert quarantine(env) == [(source, "refused", why)]
    [entry] = env.entries(EventRejected.kind)
    assert (entry.fact.source, entry.fact.why, entry.fact.count) == (source, why, 1)
    assert env.state.events == ()


def test_rejected_requests_are_counted_in_one_entry_and_noted_once(env):
    for _ in range(3):
        env.post("/intake/noc", ALERT, {})
    env.drain()
    env.drain()

    assert [one.fact.count for one in env.entries(EventRejected.kind)] == [3]


def test_a_signed_body_that_cannot_be_read_is_accepted_and_stays_in_quarantine(env):
    assert env.post("/intake/noc", b"{not json")[0] == 202
    env.drain()

    assert quarantine(env) == [("noc", "unreadable", "it is no JSON")]
    assert [one.fact.why for one in env.entries(EventRejected.kind)] == ["unreadable"]


def test_a_body_that_is_too_large_is_not_read(env):
    connection = HTTPConnection("127.0.0.1", env.server.port, timeout=10)
    with closing(connection):
        connection.putrequest("POST", "/intake/noc")
        connection.putheader("Content-Length", "1000001")
        connection.endheaders()
        assert connection.getresponse().status == 413
    assert env.store.deliveries.waiting(10) == []


def test_no_log_has_a_body_a_token_or_a_path_with_one(env, caplog):
    with caplog.at_level(logging.DEBUG):
        env.post(f"/intake/noc?token={SECRET.replace(' ', '+')}", {"title": "Canary-Body"}, {})
        env.post("/intake/noc", {"title": "Canary-Body"}, {"Authorization": "Bearer Canary-Token"})
        env.post("/intake/noc", b"Canary-Body")
        env.drain()

    assert not [text for one in caplog.records if "Canary" in (text := one.getMessage()) or "battery" in text]


def test_while_the_database_is_absent_the_sender_is_asked_to_send_again(env, monkeypatch):
    def absent(*given: Any, **named: Any) -> None:
        raise Unavailable("no database")

    monkeypatch.setattr(env.store.deliveries._transactions, "write", absent)

    assert env.post("/intake/noc", ALERT) == (503, {"error": "unavailable"})
    assert env.post("/intake/noc", ALERT, {})[0] == 503
    monkeypatch.undo()
    assert env.store.deliveries.waiting(10) == []


def test_pagerduty_s_api_is_spoken(env):
    body = payload("pagerduty_events", routing_key=SECRET)

    status, answer = env.post("/v2/enqueue", body, {})
    env.drain()

    assert (status, answer) == (
        202,
        {"status": "success", "message": "Event processed", "dedup_key": "samplekeyhere"},
    )
    env.post("/v2/enqueue", {"routing_key": SECRET, "event_action": "resolve", "dedup_key": "samplekeyhere"}, {})
    env.drain()
    assert [(one.source, one.is_firing) for one in env.state.events] == [("events", False)]
    assert env.post("/v2/enqueue", b"{}", {})[0] == 422


def test_opsgenie_s_api_creates_and_closes(env):
    key = {"Authorization": f"GenieKey {SECRET}"}

    status, answer = env.post("/v2/alerts", payload("opsgenie"), key)
    env.drain()
    assert (status, answer["result"]) == (202, "Request will be processed")
    assert [one.is_firing for one in env.state.events] == [True]

    assert env.post("/v2/alerts/checkout-http/close?identifierType=alias", b"", key)[0] == 202
    env.drain()
    assert [one.is_firing for one in env.state.events] == [False]


def test_a_sender_of_cloud_events_may_ask_whether_it_may_post(env):
    _, _, headers = env.asked("OPTIONS", "/intake/noc", b"", {"WebHook-Request-Origin": "eventgrid.example"})

    assert headers["webhook-allowed-origin"] == "eventgrid.example"


def test_a_rule_declares_the_incident_once_and_the_incident_knows_its_alert(built, sqlite_store):
    rule = {"name": "critical", "when": {"severity": "critical"}, "then": "declare"}
    env = built(sqlite_store, intake_policy(rule))
    env.post("/intake/noc", ALERT)
    env.drain()
    env.drain()

    [judged] = env.entries(EventJudged.kind)
    assert (judged.fact.rule, judged.fact.is_incident) == ("critical", True)
    key = env.record.read(lambda reader: reader.find(env.team, number=judged.fact.number))
    declared = env.record.read(lambda reader: reader.entries(key, kinds=(Declared.kind,)))[0].fact
    assert (declared.detection_source, declared.service, declared.title) == ("noc", "checkout", "Queue grows")
    incident = env.record.read(lambda reader: reader.peek(key))
    assert [(one.source, one.is_firing) for one in incident.alerts] == [("noc", True)]


class Killed(BaseException):
    """In place of SIGKILL: nothing of the process goes on."""


@pytest.mark.parametrize("point", [READ, RECORDED])
def test_killed_between_two_steps_nothing_is_lost_and_nothing_doubled(built, sqlite_store, point):
    armed = [point]

    def reached(name: str) -> None:
        if name in armed:
            armed.clear()
            raise Killed

    env = built(sqlite_store, reached=reached)
    env.post("/intake/noc", ALERT)
    env.post("/intake/noc", ALERT, {})
    with pytest.raises(Killed):
        env.read()

    env.read()

    [event] = env.state.events
    assert event.count == 1
    assert env.store.deliveries.waiting(10) == []
    assert env.store.deliveries.quarantined()[0].state is DeliveryState.REFUSED


def test_two_replicas_that_read_the_same_deliveries_record_each_alert_once(built, store):
    env = built(store)
    for n in range(6):
        env.post("/intake/noc", {**ALERT, "deduplication_key": f"q{n % 3}", "starts_at": "2026-06-09T10:00:00Z"})
    waiting = env.store.deliveries.waiting(10)
    other = env.another_worker("two")

    threads = [Thread(target=one.drain, args=(env.clock.now(),)) for one in (env.worker, other)]
    threads += [Thread(target=env.read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(waiting) == 6
    assert sum(event.count for event in env.state.events) == 3
