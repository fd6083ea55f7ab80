"""Leases: a long job renews its lease; an owner whose lease expired neither sends nor records nor completes anything."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.client.sent_lookup import job_of
from bot.worker.leases import Lease, Leases
from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from storage.jobs.claims import ClaimedJob
from storage.store import Store
from tests.support.worker_env import START, WorkerEnv, worker_env_on

CALL = 10.0
LONG = timedelta(seconds=15)


def claimed(store: Store, owner: str = "w1", after: float = 0) -> ClaimedJob:
    (one,) = store.jobs.claim(START + timedelta(seconds=after), owner, 1, CALL + 4)
    return one


@pytest.fixture
def due_store(store: Store) -> Store:
    """A store in which one job is due."""
    job = Job(kind=JobKind.SAY, key="a", incident=IncidentKey("T1", "01INC"))
    store.recorder.transact(lambda unit: unit.enqueue([job], START))
    return store


def test_a_lease_covers_a_call_and_four_seconds_for_its_renewal(due_store: Store) -> None:
    leases = Leases(due_store.jobs, CALL)
    lease = leases.hold(claimed(due_store))

    assert (leases.seconds, leases.renewal_interval) == (14, 1)
    assert lease.until == START + timedelta(seconds=14)
    assert lease.covers_a_call(START + timedelta(seconds=4))
    assert not lease.covers_a_call(START + timedelta(seconds=4, microseconds=1))


def test_the_lease_of_a_long_job_covers_a_call_at_every_moment_and_no_other_worker_claims_it(due_store: Store) -> None:
    leases = Leases(due_store.jobs, CALL)
    lease = leases.hold(claimed(due_store))

    for second in range(1, 60):
        assert lease.covers_a_call(START + timedelta(seconds=second))
        leases.renew(START + timedelta(seconds=second))

    assert lease.until == START + timedelta(seconds=59 + 14)
    assert due_store.jobs.claim(START + timedelta(seconds=59 + 13), "w2", 1, 14) == []
    assert due_store.jobs.complete(lease.claimed, START + timedelta(seconds=59 + 13))


def test_the_lease_of_a_job_that_just_started_is_not_renewed(due_store: Store) -> None:
    leases = Leases(due_store.jobs, CALL)
    lease = leases.hold(claimed(due_store))

    leases.renew(START + timedelta(seconds=0.9))

    assert lease.until == START + timedelta(seconds=14)
    assert due_store.jobs.next_run_at() == START + timedelta(seconds=14)


def test_a_released_lease_is_not_renewed(due_store: Store) -> None:
    leases = Leases(due_store.jobs, CALL)
    lease = leases.hold(claimed(due_store))
    leases.release(lease)

    leases.renew(START + timedelta(seconds=10))

    assert [one.owner for one in due_store.jobs.claim(START + timedelta(seconds=14), "w2", 1, 14)] == ["w2"]


def test_a_lease_that_was_taken_over_cannot_be_renewed_and_covers_no_call(due_store: Store) -> None:
    leases = Leases(due_store.jobs, CALL)
    lease = leases.hold(claimed(due_store))
    new_owner = claimed(due_store, "w2", after=14)

    leases.renew(START + timedelta(seconds=15))
    leases.renew(START + timedelta(seconds=29))

    assert due_store.jobs.renew([lease.claimed], START + timedelta(hours=1)) == [lease.claimed]
    assert not lease.covers_a_call(START + timedelta(seconds=15))
    assert due_store.jobs.complete(new_owner, START + timedelta(seconds=27))


def test_the_last_result_of_a_key_is_available_to_every_worker(store: Store) -> None:
    job = Job(kind=JobKind.CARD, key="card", incident=IncidentKey("T1", "01INC"))
    seen = []
    for n, result in enumerate(("one", "two", None)):
        store.recorder.transact(lambda unit: unit.enqueue([job], START))
        one = claimed(store, f"w{n}")
        seen.append(store.jobs.last_result(one))
        assert store.jobs.complete(one, START, result)

    assert seen == [None, "one", "two"]


def test_a_job_enqueued_again_during_a_run_has_the_result_of_that_run(store: Store) -> None:
    job = Job(kind=JobKind.CARD, key="card", incident=IncidentKey("T1", "01INC"))
    store.recorder.transact(lambda unit: unit.enqueue([job], START))
    one = claimed(store)
    store.recorder.transact(lambda unit: unit.enqueue([job], START))
    assert not store.jobs.complete(one, START, "one")

    assert store.jobs.last_result(claimed(store, "w2")) == "one"


def test_after_a_dead_letter_the_last_result_is_unknown(store: Store) -> None:
    job = Job(kind=JobKind.CARD, key="card", incident=IncidentKey("T1", "01INC"))
    for result in ("one", None):
        store.recorder.transact(lambda unit: unit.enqueue([job], START))
        one = claimed(store)
        if result:
            store.jobs.complete(one, START, result)
    store.jobs.dead_letter(one, "channel_not_found", START)
    store.recorder.transact(lambda unit: unit.enqueue([job], START))

    assert store.jobs.last_result(claimed(store, "w2")) is None


class Unfenced(Lease):
    """A lease that never expires: fencing is disabled."""

    def covers_a_call(self, *_: Any) -> bool:
        return True

    is_held = covers_a_call


@contextmanager
def paused(rig: WorkerEnv, point: str, *, unfenced: bool = False) -> Iterator[Callable[[], None]]:
    """Run a second worker until it reaches a failpoint, and hold it there until the yielded function is called."""
    arrived, may_continue = threading.Event(), threading.Event()

    def reached(name: str) -> None:
        if name == point and not arrived.is_set():
            arrived.set()
            assert may_continue.wait(30)

    late = rig.another_worker("late", threads=1, reached=reached)
    if unfenced:
        late._leases.hold = lambda claimed: Unfenced(claimed, CALL)  # type: ignore[method-assign]
    running = threading.Thread(target=late.drain, args=[rig.clock.now()])
    running.start()
    assert arrived.wait(30)

    def release() -> None:
        may_continue.set()
        running.join()

    try:
        yield release
    finally:
        release()
        late.stop()


def posts(rig: WorkerEnv) -> list[str]:
    """The job keys of all posts of Muster, one for each post."""
    channels = rig.sandbox.workspace.channels.values()
    found = [job_of({"metadata": m.metadata}) for c in channels for m in c.messages.values()]
    return [job for job in found if job]


def duplicates(rig: WorkerEnv, key: IncidentKey) -> list[str]:
    """Posts and entries that exist more than once."""
    facts = [entry.fact.model_dump_json() for entry in rig.entries(key) if entry.source.surface == "job"]
    return [one for one, times in Counter([*posts(rig), *facts]).items() if times > 1]


POINTS = ("make_channel:claimed", "card:claimed", "say:claimed", "card:chat.postMessage:after", "announce:claimed")


@pytest.mark.parametrize("point", POINTS)
def test_an_owner_that_continues_after_its_lease_was_taken_over_adds_nothing(store: Store, point: str) -> None:
    with worker_env_on(store) as rig:
        key = rig.declare()
        with paused(rig, point) as release:
            rig.clock.set(rig.clock.now() + LONG)
            rig.after(seconds=40)
            before = (sorted(posts(rig)), len(rig.entries(key)))
            release()

        assert (sorted(posts(rig)), len(rig.entries(key))) == before
        assert duplicates(rig, key) == []
        assert store.jobs.due_count(rig.clock.now()) == 0
        assert store.jobs.dead_letters() == ()


def test_without_fencing_a_late_owner_posts_again(store: Store) -> None:
    with worker_env_on(store) as rig:
        key = rig.declare()
        with paused(rig, "say:claimed", unfenced=True) as release:
            rig.clock.set(rig.clock.now() + LONG)
            rig.after(seconds=40)
            release()

        assert [one.partition(":")[0] for one in duplicates(rig, key)] == ["say"]


def test_the_result_of_a_version_completed_by_another_worker_is_not_recorded_again(store: Store) -> None:
    """The new owner completes a newer version, so that its entry has another key than the late owner's would have."""
    with worker_env_on(store) as rig:
        key = rig.declare()
        with paused(rig, "card:chat.postMessage:after") as release:
            rig.act("priority", "ilse", key, impact=2, urgency=1, justification="Only cards fail")
            rig.clock.set(rig.clock.now() + LONG)
            rig.after(seconds=40)
            release()

        assert [entry.fact.kind for entry in rig.entries(key, "card_posted")] == ["card_posted"]
        assert duplicates(rig, key) == []
