"""A process is killed at the worst moments: committed work stays, and nothing else does."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest

from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from storage.maintenance.verification import verify
from storage.store import Store
from tests.support import crash_process
from tests.support.crash_process import note
from tests.support.forked_process import ForkedProcess
from tests.support.recorded_team import RECORD_START, long_script, record


@pytest.fixture
def key(store: Store) -> IncidentKey:
    return record(store, lambda number: long_script(number)[:5])


def crash(url: str, moment: str) -> None:
    process = ForkedProcess(crash_process.main, url, moment)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, errors


def length(store: Store, key: IncidentKey) -> int:
    return len(store.recorder.read(lambda reader: reader.entries(key)))


def test_a_killed_transaction_leaves_nothing(store: Store, database_url: str, key: IncidentKey) -> None:
    crash(database_url, "within")

    assert length(store, key) == 5
    assert store.recorder.transact(lambda unit: unit.remembered("Ev9")) is None
    # The chain is not left locked, and goes on where it was.
    store.recorder.transact(lambda unit: note(unit, key))
    assert length(store, key) == 6
    assert verify(store).is_sound


def test_a_committed_request_is_recognised_when_it_is_repeated(
    store: Store, database_url: str, key: IncidentKey
) -> None:
    """The acknowledgement was lost with the process, so Slack sends the request once more."""
    crash(database_url, "committed")

    outcome = store.recorder.transact(lambda unit: unit.remembered("Ev9"))

    assert outcome is not None
    assert outcome.key == key
    assert length(store, key) == 6
    assert verify(store).is_sound


def test_a_job_leased_by_a_dead_process_is_done_by_another(store: Store, database_url: str, key: IncidentKey) -> None:
    jobs = [Job(kind=JobKind.SAY, key=name, incident=key, ordering_key="L") for name in ("first", "second")]
    store.recorder.transact(lambda unit: unit.enqueue(jobs, RECORD_START))
    crash(database_url, "claimed")

    assert store.jobs.claim(RECORD_START + timedelta(seconds=59), "heir", 10, 60) == []
    (first,) = store.jobs.claim(RECORD_START + timedelta(seconds=60), "heir", 10, 60)
    assert (first.job.key, first.attempts) == ("first", 2)
    assert store.jobs.complete(first, RECORD_START)
    (second,) = store.jobs.claim(RECORD_START + timedelta(seconds=61), "heir", 10, 60)
    assert store.jobs.complete(second, RECORD_START)
    assert store.jobs.due_count(RECORD_START + timedelta(days=1)) == 0


def test_only_the_end_of_the_lease_frees_the_job(store: Store, database_url: str, key: IncidentKey) -> None:
    """Shows that the test above bites: without an end of the lease no worker would ever claim the job."""
    job = Job(kind=JobKind.SAY, key="first", incident=key)
    store.recorder.transact(lambda unit: unit.enqueue([job], RECORD_START))
    crash(database_url, "claimed")
    forever = "UPDATE job SET lease_until = '9999-01-01T00:00:00.000000Z'"
    store.transactions.write(lambda connection: connection.exec_driver_sql(forever).rowcount)

    assert store.jobs.claim(RECORD_START + timedelta(days=1), "heir", 10, 60) == []
    assert store.jobs.due_count(RECORD_START + timedelta(days=1)) == 1
