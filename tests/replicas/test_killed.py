"""Three processes on one PostgreSQL, one of them killed in the middle of its work: the other two finish it, once.

The clock is the machine's until the end, when it jumps over every deadline: each deadline falls due once.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Event
from typing import Any

import pytest

from storage.store import Store
from tests.support import postgres
from tests.support.replica_env import PATIENCE, REPLICA, Replica, ReplicaEnv
from tests.support.replica_process import AheadClock
from tests.support.wait import until

CALL_SECONDS = 3
MOST_LINES = 4
DUE_ONCE = ("update_missed", "prompt_sent", "ack_missed", "commander_missed")
KINDS = ["checkpoint", "publish", "stamp", "retention"]
HELD = "SELECT key, claims FROM job WHERE state = 'ready' AND lease_owner = %s AND kind <> 'timer'"


class Scene:
    """The course that the tests examine: three processes at work, one of them killed."""

    def __init__(self, house: ReplicaEnv, clock: AheadClock) -> None:
        self.house, self.clock = house, clock
        self.channels = [house.declare(), house.declare("bea", impact=2)]
        self.is_over = Event()
        self.victim: Replica | None = None
        self.left: dict[str, int] = {}

    def talk(self, user: str) -> None:
        """Post updates, decisions, notes and messages in every channel until it is over."""
        for channel in self.channels:
            self.house.sandbox.actor.join(user, channel)
        self.house.update(self.channels[0], user)
        for turn in count():
            if self.is_over.wait(0.1):
                return
            for channel in self.channels:
                self.house.say(channel, user)
                if turn < MOST_LINES:
                    # Slack takes one line a second in a channel, so that more of them would only wait.
                    self.house.note(channel, user)
            if turn < MOST_LINES:
                self.house.decide(self.channels[turn % 2], user)

    def kill(self) -> None:
        """Kill the process that holds most jobs, and remember those jobs."""
        self.victim = until(self._busiest, "a process holds jobs", seconds=PATIENCE)
        self.victim.end(signal.SIGKILL)
        self.left = dict(self.house.rows(HELD, self.victim.owner))

    def _busiest(self) -> Replica | None:
        held = {one: len(self.house.rows(HELD, one.owner)) for one in self.house.replicas}
        found = max(held, key=lambda one: held[one])
        return found if held[found] > 1 else None


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Run three processes, kill one, and let the others continue."""
    folder = tmp_path_factory.mktemp("killed")
    clock = AheadClock(folder / "ahead")
    given = {"REPLICA_CLOCK": str(folder / "ahead"), "REPLICA_CALL_SECONDS": str(CALL_SECONDS)}
    with postgres.server().database() as url, ReplicaEnv(folder, url, clock) as house:
        for _ in range(3):
            house.start(REPLICA, **given)
        until(lambda: all(one.is_running() for one in house.replicas), "three run", seconds=PATIENCE)
        assert house.sandbox.wait_for_socket(60, count=3)
        yield played(Scene(house, clock))


def played(scene: Scene) -> Scene:
    house = scene.house
    house.sandbox.faults.set_latency(400)
    with ThreadPoolExecutor(3) as people:
        talking = [people.submit(scene.talk, user) for user in ("ann", "bea", "cleo")]
        until(lambda: len(house.ledger.entries) > 8, "people talk", seconds=PATIENCE)
        scene.kill()
        house.declare("dov")
        posted = len(house.ledger.messages)
        until(lambda: len(house.ledger.messages) > posted + 20, "people go on talking", seconds=PATIENCE)
        until(lambda: acknowledged(house) > 20, "what people type is acknowledged", seconds=PATIENCE)
        scene.is_over.set()
        for one in talking:
            one.result()
    house.sandbox.faults.clear()
    return scene


def acknowledged(house: ReplicaEnv) -> int:
    return sum(one.was_acknowledged for one in house.ledger.entries)


def test_everything_acknowledged_is_in_slack_once_and_no_job_is_left(scene: Scene) -> None:
    assert scene.house.problems() == []
    assert len(scene.house.ledger.messages) > 20


def test_jobs_of_the_killed_process_are_completed_by_another_after_their_lease(scene: Scene) -> None:
    assert scene.left
    for key, claims in scene.left.items():
        rows = scene.house.rows("SELECT state, claims FROM job WHERE key = %s ORDER BY id", key)
        assert any(state == "done" and taken > claims for state, taken in rows), (key, rows)
        assert all(state == "done" for state, _ in rows), (key, rows)


def test_lines_in_slack_have_the_order_of_the_record(scene: Scene) -> None:
    for channel in scene.channels:
        lines = scene.house.lines(scene.house.sandbox.workspace.channels[channel])
        assert len(lines) > 2
        assert lines == sorted(set(lines))


def test_the_two_remaining_processes_still_run(scene: Scene) -> None:
    left = [one for one in scene.house.replicas if one is not scene.victim]

    assert len(left) == 2
    assert all(one.is_running() for one in left)
    assert not any("Traceback" in one.said for one in left), "\n".join(one.said for one in left)


def facts(store: Store) -> list[tuple[Any, ...]]:
    incidents = store.queries.incidents(store.team or "")
    return [
        (one.number, e.fact.kind, e.fact.model_dump_json())
        for one in incidents
        for e in store.recorder.read(lambda reader, key=one.key: reader.entries(key))  # type: ignore[misc]
    ]


def test_each_deadline_falls_due_once_in_any_process(scene: Scene) -> None:
    house = scene.house
    with house.store() as store:
        house.rest(store)
        scene.clock.advance(timedelta(minutes=40))
        until(
            lambda: any(kind == "update_missed" for _, kind, _ in facts(store)), "an update is missed", seconds=PATIENCE
        )
        house.rest(store)
        due = Counter(fact for fact in facts(store) if fact[1] in DUE_ONCE)

    assert {kind for _, kind, _ in due} >= {"update_missed", "prompt_sent"}
    assert [fact for fact, times in due.items() if times > 1] == []
    assert house.doubled_posts() == []


def test_a_recurring_job_runs_once_in_its_period(scene: Scene) -> None:
    rows = scene.house.rows("SELECT key, count(*) FROM job WHERE kind = ANY(%s) GROUP BY key", KINDS)
    minutes = [key for key, _ in rows if key.startswith("checkpoint:")]

    assert len(minutes) > 1
    assert {key.partition(":")[0] for key, _ in rows} == set(KINDS)
    assert [row for row in rows if row[1] > 1] == []
