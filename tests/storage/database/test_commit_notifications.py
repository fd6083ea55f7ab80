"""Callbacks come after the commit, here and in other replicas, and never before."""

from __future__ import annotations

import threading
import time

import pytest

from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from storage.store import Store, open_store
from tests.support.recorded_team import RECORD_START, TEAM

JOB = Job(kind=JobKind.SAY, key="a", incident=IncidentKey(TEAM, "01INC"))


def test_enqueueing_a_job_calls_back_after_the_commit(store: Store) -> None:
    seen: list[int] = []
    notified = threading.Event()
    store.on_commit(lambda: (seen.append(store.jobs.due_count(RECORD_START)), notified.set()))

    store.recorder.transact(lambda unit: unit.enqueue([JOB], RECORD_START))

    assert notified.wait(20)
    assert seen[-1] == 1


def test_a_transaction_that_enqueues_nothing_or_fails_does_not_call_back(sqlite_store: Store) -> None:
    called: list[int] = []
    sqlite_store.on_commit(lambda: called.append(1))

    sqlite_store.recorder.transact(lambda unit: unit.claim(JOB.incident, ["C/1"]))
    with pytest.raises(ZeroDivisionError):
        sqlite_store.recorder.transact(lambda unit: (unit.enqueue([JOB], RECORD_START), 1 // 0))
    sqlite_store.jobs.claim(RECORD_START, "w", 1, 60)

    assert called == []


def test_another_replica_is_notified_on_postgresql(postgres_url: str) -> None:
    with open_store(postgres_url, team=TEAM) as here, open_store(postgres_url, team=TEAM) as there:
        listening, notified = threading.Event(), threading.Event()
        # The first call says that the connection listens; later ones come from the other replica.
        there.on_commit(lambda: notified.set() if listening.is_set() else listening.set())
        assert listening.wait(20)

        here.recorder.transact(lambda unit: unit.enqueue([JOB], RECORD_START))

        assert notified.wait(20)


def test_the_listener_reconnects_after_a_lost_connection(postgres_url: str) -> None:
    with open_store(postgres_url, team=TEAM) as here, open_store(postgres_url, team=TEAM) as there:
        calls = threading.Semaphore(0)
        there.on_commit(calls.release)
        assert calls.acquire(timeout=20)

        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        here.transactions.write(lambda connection: connection.exec_driver_sql(cut.replace("%", "%%")).all())

        assert calls.acquire(timeout=20), "a new listener calls back, since it may have missed a notification"


def test_closing_the_store_ends_the_listener_at_once(postgres_url: str) -> None:
    listening = threading.Event()
    with open_store(postgres_url, team=TEAM) as store:
        store.on_commit(listening.set)
        assert listening.wait(20)
        time.sleep(0.05)
        started = time.monotonic()

    assert time.monotonic() - started < 0.5
