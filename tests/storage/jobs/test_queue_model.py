"""The job queue against a model: enqueued, claimed, completed, late or killed, in any order, no version is lost."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from storage.jobs.job_queue import ClaimedJob
from storage.store import open_store
from tests.support import postgres
from tests.support.recorded_team import RECORD_START, TEAM

KEY = IncidentKey(TEAM, "01INC")
NAMES = ("card", "topic", "say1", "say2", "say3")
ORDERING_KEYS = {"say1": "L", "say2": "L", "say3": "L"}
LEASE = 60
Fresh = Callable[[], AbstractContextManager[str]]


class Queue(RuleBasedStateMachine):
    """Each enqueue has a version in its payload; serving a key means to see the version current at the claim."""

    fresh: Fresh
    served_in_all = 0
    claimed = Bundle("claimed")

    def __init__(self) -> None:
        super().__init__()
        self.database = self.fresh()
        self.store = open_store(self.database.__enter__(), team=TEAM)
        self.now = RECORD_START
        self.enqueued: dict[str, int] = {}
        self.served: dict[str, int] = {}
        self.version = 0

    @rule(name=st.sampled_from(NAMES))
    def enqueue(self, name: str) -> None:
        self.version += 1
        self.enqueued[name] = self.version
        job = Job(kind=JobKind.SAY, key=name, incident=KEY, entry=self.version, ordering_key=ORDERING_KEYS.get(name))
        self.store.recorder.transact(lambda unit: unit.enqueue([job], self.now))

    @rule(target=claimed, limit=st.integers(1, 3), owner=st.sampled_from(("w1", "w2")))
    def claim(self, limit: int, owner: str):
        taken = self.store.jobs.claim(self.now, owner, limit, LEASE)
        ordering_keys = [ORDERING_KEYS[one.job.key] for one in taken if one.job.key in ORDERING_KEYS]
        assert len(ordering_keys) == len(set(ordering_keys)), "two of one ordering key at once"
        return multiple(*taken)

    @rule(one=consumes(claimed))
    def complete(self, one: ClaimedJob) -> None:
        """A worker runs the job whether or not it still has the lease, then completes it."""
        if self.store.jobs.complete(one, self.now):
            assert one.job.entry == self.enqueued[one.job.key], "an older version was taken for the newest"
            self.served[one.job.key] = one.job.entry or 0

    @rule(one=consumes(claimed), seconds=st.integers(0, 30))
    def fail(self, one: ClaimedJob, seconds: int) -> None:
        self.store.jobs.retry(one, self.now + timedelta(seconds=seconds), "timeout")

    @rule(one=consumes(claimed))
    def die(self, one: ClaimedJob) -> None:
        """Its worker is killed and never completes it."""

    @rule(seconds=st.integers(1, 90))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def unserved_versions_are_due(self) -> None:
        unserved = [name for name, version in self.enqueued.items() if self.served.get(name) != version]
        later = self.now + timedelta(days=1)
        assert self.store.jobs.due_count(later) == len(unserved)

    def teardown(self) -> None:
        for _ in range(2 * len(NAMES)):
            self.now += timedelta(seconds=LEASE)
            for one in self.store.jobs.claim(self.now, "last", 10, LEASE):
                self.complete(one)
        self.store.close()
        self.database.__exit__(None, None, None)
        assert self.served == self.enqueued
        type(self).served_in_all += len(self.served)


@contextmanager
def a_copy(template: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{shutil.copy(template, folder)}"


def served_in(examples: int, fresh: Fresh) -> int:
    """Run the model, each example on a fresh database, and return the number of versions served at the end."""
    given = settings(max_examples=examples, stateful_step_count=25, database=None)

    class On(Queue):
        pass

    On.fresh = staticmethod(fresh)
    run_state_machine_as_test(On, settings=given)
    return On.served_in_all


@pytest.mark.timeout(300)
def test_no_enqueued_version_is_lost_in_any_order_of_events(sqlite_template: Path) -> None:
    assert served_in(25, lambda: a_copy(sqlite_template)) > 0


def test_no_enqueued_version_is_lost_on_postgresql(postgres_template: str) -> None:
    assert served_in(12, postgres.reused_database(postgres_template).fresh) > 0
