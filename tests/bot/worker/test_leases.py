"""Leases: whoever takes long holds on, and whoever was away too long neither sends nor records nor completes anything."""

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
LONG = timedelta(seconds=31)


def claimed(store: Store, owner: str = "w1", after: float = 0) -> ClaimedJob:
    (one,) = store.jobs.claim(START + timedelta(seconds=after), owner, 1, 3 * CALL)
    return one


@pytest.fixture
def wanted(store: Store) -> Store:
    """A store in which one job is due."""
    job = Job(kind=JobKind.SAY, key="a", incident=IncidentKey("T1", "01INC"))
    store.recorder.transact(lambda unit: unit.enqueue([job], START))
    return store


def test_a_lease_lasts_three_calls_and_covers_one_that_ends_with_it(wanted: Store) -> None:
    leases = Leases(wanted.jobs, CALL)
    lease = leases.hold(claimed(wanted))

    assert lease.until == START + timedelta(seconds=30)
    assert lease.covers_a_call(START + timedelta(seconds=20))
    assert not lease.covers_a_call(START + timedelta(seconds=20, microseconds=1))


def test_what_runs_for_longer_than_a_call_is_renewed_and_nobody_else_gets_it(wanted: Store) -> None:
    leases = Leases(wanted.jobs, CALL)
    lease = leases.hold(claimed(wanted))

    for seconds in (5, 10, 20, 30, 40):
        leases.renew(START + timedelta(seconds=seconds))

    assert lease.until == START + timedelta(seconds=70)
    assert wanted.jobs.claim(START + timedelta(seconds=69), "w2", 1, 30) == []
    assert wanted.jobs.complete(lease.claimed, START + timedelta(seconds=69))


def test_what_has_just_begun_is_not_renewed(wanted: Store) -> None:
    leases = Leases(wanted.jobs, CALL)
    lease = leases.hold(claimed(wanted))

    leases.renew(START + timedelta(seconds=9))

    assert lease.until == START + timedelta(seconds=30)
    assert wanted.jobs.next_run_at() == START + timedelta(seconds=30)


def test_what_was_let_go_of_is_not_renewed(wanted: Store) -> None:
    leases = Leases(wanted.jobs, CALL)
    lease = leases.hold(claimed(wanted))
    leases.release(lease)

    leases.renew(START + timedelta(seconds=20))

    assert [one.owner for one in wanted.jobs.claim(START + timedelta(seconds=30), "w2", 1, 30)] == ["w2"]


def test_a_lease_that_was_taken_over_cannot_be_renewed_and_covers_nothing(wanted: Store) -> None:
    leases = Leases(wanted.jobs, CALL)
    lease = leases.hold(claimed(wanted))
    heir = claimed(wanted, "w2", after=30)

    leases.renew(START + timedelta(seconds=31))
    leases.renew(START + timedelta(seconds=45))

    assert not wanted.jobs.renew(lease.claimed, START + timedelta(hours=1))
    assert not lease.covers_a_call(START + timedelta(seconds=31))
    assert wanted.jobs.complete(heir, START + timedelta(seconds=46))


def test_what_was_shown_last_is_known_whoever_showed_it_and_however_often(store: Store) -> None:
    job = Job(kind=JobKind.CARD, key="card", incident=IncidentKey("T1", "01INC"))
    seen = []
    for n, result in enumerate(("one", "two", None)):
        store.recorder.transact(lambda unit: unit.enqueue([job], START))
        one = claimed(store, f"w{n}")
        seen.append(store.jobs.last_result(one))
        assert store.jobs.complete(one, START, result)

    assert seen == [None, "one", "two"]


def test_what_is_wanted_anew_while_it_runs_knows_what_that_run_showed(store: Store) -> None:
    job = Job(kind=JobKind.CARD, key="card", incident=IncidentKey("T1", "01INC"))
    store.recorder.transact(lambda unit: unit.enqueue([job], START))
    one = claimed(store)
    store.recorder.transact(lambda unit: unit.enqueue([job], START))
    assert not store.jobs.complete(one, START, "one")

    assert store.jobs.last_result(claimed(store, "w2")) == "one"


def test_after_a_death_nobody_knows_what_is_shown(store: Store) -> None:
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
    """A lease that never ends, with the fence taken out."""

    def covers_a_call(self, *_: Any) -> bool:
        return True

    is_held = covers_a_call


@contextmanager
def paused(rig: WorkerEnv, point: str, *, unfenced: bool = False) -> Iterator[Callable[[], None]]:
    """Let a second worker run until it comes to a point, and stand there until what is given is called."""
    there, goes_on = threading.Event(), threading.Event()

    def reached(name: str) -> None:
        if name == point and not there.is_set():
            there.set()
            assert goes_on.wait(30)

    late = rig.another_worker("late", threads=1, reached=reached)
    if unfenced:
        late._leases.hold = lambda claimed: Unfenced(claimed, CALL)  # type: ignore[method-assign]
    running = threading.Thread(target=late.drain, args=[rig.clock.now()])
    running.start()
    assert there.wait(30)

    def go_on() -> None:
        goes_on.set()
        running.join()

    try:
        yield go_on
    finally:
        go_on()
        late.stop()


def posts(rig: WorkerEnv) -> list[str]:
    """The jobs of ours that have posted something, one for each post."""
    channels = rig.sandbox.workspace.channels.values()
    found = [job_of({"metadata": m.metadata}) for c in channels for m in c.messages.values()]
    return [job for job in found if job]


def doubled(rig: WorkerEnv, key: IncidentKey) -> list[str]:
    """What stands in Slack or on the record more than once."""
    facts = [entry.fact.model_dump_json() for entry in rig.entries(key) if entry.source.surface == "job"]
    return [one for one, times in Counter([*posts(rig), *facts]).items() if times > 1]


POINTS = ("make_channel:claimed", "card:claimed", "say:claimed", "card:chat.postMessage:after", "announce:claimed")


@pytest.mark.parametrize("point", POINTS)
def test_an_owner_that_comes_to_itself_after_somebody_took_over_adds_nothing(store: Store, point: str) -> None:
    with worker_env_on(store) as rig:
        key = rig.declare()
        with paused(rig, point) as go_on:
            rig.clock.set(rig.clock.now() + LONG)
            rig.after(seconds=40)
            before = (sorted(posts(rig)), len(rig.entries(key)))
            go_on()

        assert (sorted(posts(rig)), len(rig.entries(key))) == before
        assert doubled(rig, key) == []
        assert store.jobs.due_count(rig.clock.now()) == 0
        assert store.jobs.dead_letters() == ()


def test_without_the_fence_it_would_post_again(store: Store) -> None:
    with worker_env_on(store) as rig:
        key = rig.declare()
        with paused(rig, "say:claimed", unfenced=True) as go_on:
            rig.clock.set(rig.clock.now() + LONG)
            rig.after(seconds=40)
            go_on()

        assert [one.partition(":")[0] for one in doubled(rig, key)] == ["say"]


def test_what_came_of_a_wish_that_somebody_else_served_meanwhile_is_not_recorded_again(store: Store) -> None:
    """The heir serves a newer wish, so that its record has another key than the late one's would have."""
    with worker_env_on(store) as rig:
        key = rig.declare()
        with paused(rig, "card:chat.postMessage:after") as go_on:
            rig.act("priority", "ilse", key, impact=2, urgency=1, justification="Only cards fail")
            rig.clock.set(rig.clock.now() + LONG)
            rig.after(seconds=40)
            go_on()

        assert [entry.fact.kind for entry in rig.entries(key, "card_posted")] == ["card_posted"]
        assert doubled(rig, key) == []
