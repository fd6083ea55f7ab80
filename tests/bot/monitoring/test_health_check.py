"""Health checks and metrics over HTTP: alive, ready, and counted, also while the database is unavailable."""

import json
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.monitoring.health_check import Health
from bot.monitoring.metrics import Metrics
from bot.spool.spool import Spool
from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from tests.support.db_proxy import DatabaseProxy
from tests.support.offline_env import OfflineEnv
from tests.support.wait import until


@pytest.fixture
def proxy(postgres_url):
    opened = DatabaseProxy(postgres_url)
    yield opened
    opened.set("ok")
    opened.close()


@pytest.fixture
def house(proxy, tmp_path):
    opened = OfflineEnv(tmp_path, proxy.url, MUSTER_HTTP_PORT=free_port())
    opened.muster.work()
    yield opened
    proxy.set("ok")
    opened.close()


def free_port():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def get(house, path):
    address = f"http://127.0.0.1:{house.muster.receivers[0].port}{path}"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def wrong(house):
    status, page = get(house, "/readyz")
    checks = json.loads(page)["checks"]
    return status, {name for name, check in checks.items() if not check["ok"]}


def counted(house):
    page = get(house, "/metrics")[1]
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_a_healthy_process_passes_every_check_and_exports_its_counts(house):
    until(lambda: wrong(house)[0] == 200)
    house.declare()
    until(lambda: house.channels("inc-2026") and house.channels("inc-2026")[0].pins)

    numbers = counted(house)

    assert get(house, "/healthz") == (200, '{"ok":true}')
    assert numbers["muster_ready",] == 1
    assert numbers["muster_database_up",] == 1
    assert numbers["muster_entries_appended_total", "declared"] == 1
    assert numbers["muster_ack_seconds_count", "command"] == 1
    assert numbers["muster_slack_calls_total", "conversations.create", "ok"] == 1
    assert numbers["muster_slack_connections_total",] == 1
    assert numbers["muster_spool_lines", "capture"] == 0


def test_without_the_database_the_process_is_alive_not_ready_and_says_why(house, proxy):
    until(lambda: wrong(house)[0] == 200)
    proxy.set("refuse")
    house.declare()

    _, found = until(lambda: (state := wrong(house))[0] == 503 and state)
    numbers = counted(house)

    assert "database" in found
    assert "spool" in found
    assert get(house, "/healthz")[0] == 200
    assert numbers["muster_database_up",] == 0
    assert numbers["muster_spool_lines", "request"] == 1
    assert numbers["muster_database_unavailable_seconds_total",] > 0
    assert ("muster_job_oldest_due_seconds",) not in numbers


def test_a_call_that_slack_answers_with_429_is_counted(house):
    house.sandbox.faults.too_many_requests("conversations.create", times=1)

    house.declare()
    until(lambda: house.channels("inc-2026"))

    assert counted(house)["muster_slack_too_many_total", "conversations.create"] == 1


def test_jobs_of_another_team_are_neither_late_nor_counted(rig, tmp_path):
    job = Job(kind=JobKind.SAY, key="say:1", incident=IncidentKey("T_OTHER", "01INC"))
    rig.store.recorder.transact(lambda unit: unit.enqueue([job], rig.clock.now()))
    rig.clock.set(rig.clock.now() + timedelta(minutes=3))
    counts = Metrics()
    health = Health(rig.store, Spool(tmp_path, rig.team), rig.worker, rig.clock, counts, lambda: True)

    assert {check.name: check.detail for check in health.checks()}["jobs"] == "the oldest has been due for 0 s"
    page = counts.exposition().decode()
    assert "muster_job_oldest_due_seconds 0.0" in page
    assert "muster_jobs{" not in page


def test_late_jobs_a_missing_tick_and_a_lost_connection_fail_their_checks(rig, tmp_path):
    rig.declare()
    spool = Spool(tmp_path, rig.team)
    rig.clock.set(rig.clock.now() + timedelta(minutes=3))
    health = Health(rig.store, spool, rig.worker, rig.clock, Metrics(), lambda: False)

    wrong = {check.name: check.detail for check in health.checks() if not check.is_well}

    assert wrong == {"slack": "not connected", "jobs": "the oldest has been due for 180 s", "tick": "never"}
    assert health.is_alive()
    assert not health.is_ready()
