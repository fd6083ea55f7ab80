"""Counts of jobs by kind and state, and the lateness of the oldest one."""

from datetime import timedelta

from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from storage.store import Store
from tests.conftest import TEAM
from tests.support.recorded_team import RECORD_START

KEY = IncidentKey(TEAM, "01KJMDEB80FMXNH9Y7K83CQ8EZ")


def want(store: Store, key: str, minutes: int) -> None:
    job = Job(kind=JobKind.SAY, key=key, incident=KEY, run_at=RECORD_START + timedelta(minutes=minutes))
    store.recorder.transact(lambda unit: unit.enqueue([job], RECORD_START))


def test_jobs_are_counted_by_where_they_stand_and_done_ones_are_left_out(store: Store) -> None:
    for n in range(4):
        want(store, f"k{n}", n)
    done, dead, _held = (store.jobs.claim(RECORD_START + timedelta(minutes=n), "me", 1, 3600)[0] for n in range(3))
    store.jobs.complete(done, RECORD_START)
    store.jobs.dead_letter(dead, "no", RECORD_START)

    assert store.jobs.counts() == {("say", "dead"): 1, ("say", "held"): 1, ("say", "ready"): 1}


def test_the_oldest_job_that_is_due_is_known_and_none_when_nothing_is(store: Store) -> None:
    want(store, "later", 30)
    want(store, "sooner", 10)

    assert store.jobs.oldest_due(RECORD_START) is None
    assert store.jobs.oldest_due(RECORD_START + timedelta(minutes=40)) == RECORD_START + timedelta(minutes=10)
