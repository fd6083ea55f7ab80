"""The queue against a model of it: whatever is wanted, claimed, ended, late or killed, in any order, nothing is lost."""

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
from tests import postgres
from tests.storage.story import T0, TEAM

KEY = IncidentKey(TEAM, "01INC")
NAMES = ("card", "topic", "say1", "say2", "say3")
ORDERING_KEYS = {"say1": "L", "say2": "L", "say3": "L"}
LEASE = 60
Fresh = Callable[[], AbstractContextManager[str]]


class Queue(RuleBasedStateMachine):
    """Wants carry a version. Serving a key means seeing the version its payload has at the claim."""

    fresh: Fresh
    kept = 0
    claimed = Bundle("claimed")

    def __init__(self) -> None:
        super().__init__()
        self.database = self.fresh()
        self.store = open_store(self.database.__enter__(), team=TEAM)
        self.now = T0
        self.wanted: dict[str, int] = {}
        self.served: dict[str, int] = {}
        self.version = 0

    @rule(name=st.sampled_from(NAMES))
    def want(self, name: str) -> None:
        self.version += 1
        self.wanted[name] = self.version
        job = Job(kind=JobKind.SAY, key=name, incident=KEY, entry=self.version, ordering_key=ORDERING_KEYS.get(name))
        self.store.recorder.transact(lambda unit: unit.enqueue([job], self.now))

    @rule(target=claimed, limit=st.integers(1, 3), owner=st.sampled_from(("w1", "w2")))
    def claim(self, limit: int, owner: str):
        taken = self.store.jobs.claim(self.now, owner, limit, LEASE)
        ordering_keys = [ORDERING_KEYS[one.job.key] for one in taken if one.job.key in ORDERING_KEYS]
        assert len(ordering_keys) == len(set(ordering_keys)), "two of one lane at once"
        return multiple(*taken)

    @rule(one=consumes(claimed))
    def complete(self, one: ClaimedJob) -> None:
        """A worker does its work whether or not it is still the owner, then says so."""
        if self.store.jobs.complete(one, self.now):
            assert one.job.entry == self.wanted[one.job.key], "an older wish was taken for the newest"
            self.served[one.job.key] = one.job.entry or 0

    @rule(one=consumes(claimed), seconds=st.integers(0, 30))
    def fail(self, one: ClaimedJob, seconds: int) -> None:
        self.store.jobs.retry(one, self.now + timedelta(seconds=seconds), "timeout")

    @rule(one=consumes(claimed))
    def die(self, one: ClaimedJob) -> None:
        """Its worker is killed and never says anything."""

    @rule(seconds=st.integers(1, 90))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def unserved_wishes_are_outstanding(self) -> None:
        unserved = [name for name, version in self.wanted.items() if self.served.get(name) != version]
        later = self.now + timedelta(days=1)
        assert self.store.jobs.due_count(later) == len(unserved)

    def teardown(self) -> None:
        for _ in range(2 * len(NAMES)):
            self.now += timedelta(seconds=LEASE)
            for one in self.store.jobs.claim(self.now, "last", 10, LEASE):
                self.complete(one)
        self.store.close()
        self.database.__exit__(None, None, None)
        assert self.served == self.wanted
        type(self).kept += len(self.served)


@contextmanager
def a_copy(template: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{shutil.copy(template, folder)}"


def kept_in(examples: int, fresh: Fresh) -> int:
    """Run the model, each example on a fresh database, and count the wishes that were served at its end."""
    given = settings(max_examples=examples, stateful_step_count=25, deadline=None, database=None)

    class On(Queue):
        pass

    On.fresh = staticmethod(fresh)
    run_state_machine_as_test(On, settings=given)
    return On.kept


@pytest.mark.timeout(300)
def test_no_wish_is_lost_in_any_order_of_events(sqlite_template: Path) -> None:
    assert kept_in(25, lambda: a_copy(sqlite_template)) > 0


def test_no_wish_is_lost_on_a_server_either(postgres_template: str) -> None:
    assert kept_in(12, postgres.reused_database(postgres_template).fresh) > 0
