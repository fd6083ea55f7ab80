"""Whoever waits for jobs is told after the commit, here and in other replicas, and never before."""

from __future__ import annotations

import threading

import pytest

from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from storage.store import Store, open_store
from tests.storage.story import T0, TEAM

JOB = Job(kind=JobKind.SAY, key="a", incident=IncidentKey(TEAM, "01INC"))


def test_wanting_a_job_rings_after_the_commit(store: Store) -> None:
    seen: list[int] = []
    heard = threading.Event()
    store.on_commit(lambda: (seen.append(store.jobs.outstanding(T0)), heard.set()))

    store.recorder.transact(lambda unit: unit.want([JOB], T0))

    assert heard.wait(20)
    assert seen[-1] == 1


def test_what_wants_nothing_or_fails_does_not_ring(sqlite_store: Store) -> None:
    rung: list[int] = []
    sqlite_store.on_commit(lambda: rung.append(1))

    sqlite_store.recorder.transact(lambda unit: unit.claim(JOB.incident, ["C/1"]))
    with pytest.raises(ZeroDivisionError):
        sqlite_store.recorder.transact(lambda unit: (unit.want([JOB], T0), 1 // 0))
    sqlite_store.jobs.claim(T0, "w", 1, 60)

    assert rung == []


def test_another_replica_hears_of_it_on_postgresql(postgres_url: str) -> None:
    with open_store(postgres_url, team=TEAM) as here, open_store(postgres_url, team=TEAM) as there:
        listening, heard = threading.Event(), threading.Event()
        # The first ring says that the connection listens; those after it come from elsewhere.
        there.on_commit(lambda: heard.set() if listening.is_set() else listening.set())
        assert listening.wait(20)

        here.recorder.transact(lambda unit: unit.want([JOB], T0))

        assert heard.wait(20)


def test_listening_survives_a_lost_connection(postgres_url: str) -> None:
    with open_store(postgres_url, team=TEAM) as here, open_store(postgres_url, team=TEAM) as there:
        rings = threading.Semaphore(0)
        there.on_commit(rings.release)
        assert rings.acquire(timeout=20)

        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        here.transactions.write(lambda connection: connection.exec_driver_sql(cut.replace("%", "%%")).all())

        assert rings.acquire(timeout=20), "it listens anew and rings, since it may have missed something"
