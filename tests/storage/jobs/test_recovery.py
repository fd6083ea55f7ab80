"""Jobs of a killed process, and jobs that a clock dated wrongly, do not wait for a time that no longer counts."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from storage.store import Store, open_store
from tests.support.clock import T0

ROOT = Path(__file__).resolve().parents[3]
KEY = IncidentKey("T1", "01INC")
LEASE = 14.0


def job(name: str, kind: JobKind = JobKind.SAY, run_at: datetime | None = None, order: str | None = None) -> Job:
    return Job(kind=kind, key=name, incident=KEY, run_at=run_at, ordering_key=order)


def enqueue(store: Store, *jobs: Job) -> None:
    store.recorder.transact(lambda unit: unit.enqueue(jobs, T0))


def claimable(store: Store, at: datetime) -> set[str]:
    return {one.job.key for one in store.jobs.claim(at, "late", 10, LEASE)}


def killed_with_a_job(url: str) -> None:
    """Let a process claim every due job, and kill it."""
    program = (
        "import os, signal, sys\n"
        "from datetime import datetime\n"
        "from storage.store import open_store\n"
        "store = open_store(sys.argv[1], team='T1')\n"
        "store.take_over_jobs(datetime.fromisoformat(sys.argv[2]))\n"
        "store.jobs.claim(datetime.fromisoformat(sys.argv[2]), 'first', 10, 14)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, url, T0.isoformat()], check=False, cwd=ROOT, timeout=60)
    assert done.returncode == -9


def test_the_jobs_of_a_killed_process_are_free_within_two_seconds_on_sqlite_and_by_time_on_postgresql(
    store: Store, database_url: str
) -> None:
    enqueue(store, job("a"), job("b"))
    killed_with_a_job(database_url)

    store.take_over_jobs(T0)

    soon = {"a", "b"} if database_url.startswith("sqlite") else set()
    assert claimable(store, T0 + timedelta(seconds=1)) == set()
    assert claimable(store, T0 + timedelta(seconds=2)) == soon
    assert claimable(store, T0 + timedelta(seconds=2 + LEASE)) == {"a", "b"}


def test_a_second_process_on_one_sqlite_file_takes_nothing_from_the_first(sqlite_url: str) -> None:
    with open_store(sqlite_url, team="T1") as first, open_store(sqlite_url, team="T1") as second:
        first.take_over_jobs(T0)
        enqueue(first, job("a"))
        (mine,) = first.jobs.claim(T0, "first", 1, LEASE)

        second.take_over_jobs(T0)

        assert claimable(second, T0 + timedelta(seconds=LEASE - 1)) == set()
        assert first.jobs.complete(mine, T0)


def test_processes_that_start_at_once_take_nothing_from_each_other(sqlite_url: str) -> None:
    with open_store(sqlite_url, team="T1") as outside:
        enqueue(outside, *(job(f"j{n}") for n in range(40)))
    claims: list[list[str]] = [[] for _ in range(6)]
    together = threading.Barrier(6)

    def start(n: int) -> None:
        with open_store(sqlite_url, team="T1") as store:
            together.wait(30)
            store.take_over_jobs(T0)
            for _ in range(20):
                claims[n] += [one.job.key for one in store.jobs.claim(T0, f"p{n}", 2, LEASE)]
            together.wait(30)

    threads = [threading.Thread(target=start, args=[n]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(key for keys in claims for key in keys) == sorted(f"j{n}" for n in range(40))


def test_a_process_that_ended_leaves_the_next_one_alone_with_the_file(sqlite_url: str) -> None:
    with open_store(sqlite_url, team="T1") as first:
        first.take_over_jobs(T0)
        enqueue(first, job("a"))
        first.jobs.claim(T0, "first", 1, LEASE)

    with open_store(sqlite_url, team="T1") as second:
        second.take_over_jobs(T0)

        assert claimable(second, T0 + timedelta(seconds=2)) == {"a"}


def test_a_lock_file_that_cannot_be_opened_is_logged_and_leases_end_by_time(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    Path(sqlite_url.removeprefix("sqlite:///") + "-lock").mkdir()
    with open_store(sqlite_url, team="T1") as store:
        enqueue(store, job("a"))
        store.jobs.claim(T0, "first", 1, LEASE)

        store.take_over_jobs(T0)

        assert claimable(store, T0 + timedelta(seconds=LEASE)) == {"a"}
    assert "wait for their leases" in caplog.text


def test_after_the_clock_was_set_back_jobs_are_due_as_soon_as_they_would_have_been(store: Store) -> None:
    ahead, by = T0 + timedelta(hours=2), timedelta(hours=2)
    enqueue(
        store,
        job("now", run_at=ahead),
        job("retry", run_at=ahead + timedelta(minutes=5)),
        job("timer", JobKind.TIMER, run_at=ahead + timedelta(minutes=30)),
        job("blocked", run_at=T0, order="posts"),
    )

    moved = store.jobs.bring_forward(T0, by, LEASE)

    assert moved == 3
    assert claimable(store, T0) == {"now", "timer", "blocked"}
    assert claimable(store, T0 + timedelta(minutes=5)) >= {"retry"}


def test_after_the_clock_was_set_back_no_lease_is_longer_than_one_that_begins_now(store: Store) -> None:
    enqueue(store, job("a"))
    store.jobs.claim(T0 + timedelta(hours=2), "first", 1, LEASE)

    store.jobs.bring_forward(T0, timedelta(hours=2), LEASE)

    assert claimable(store, T0 + timedelta(seconds=LEASE - 1)) == set()
    assert claimable(store, T0 + timedelta(seconds=LEASE)) == {"a"}
