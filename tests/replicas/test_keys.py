"""What two replicas on one PostgreSQL know of each other's requests: one thing is one thing for 48 hours.

Time is given to everything here, so that two days pass at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from bot.scheduler import enqueue_checkpoint, enqueue_daily, enqueue_once
from bot.slack.blocks.action_context import ActionContext
from bot.slack.interaction import Interaction, from_action, from_command, from_event
from bot.worker.handlers.integrity_jobs import DAILY
from commands.core.request import Actor
from commands.core.run import run
from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from incident.ports import Outcome
from storage.record.idempotency_keys import RETENTION
from storage.store import Store, open_store
from tests.support.handmade_incidents import ROB, START, a_policy

TEAM, CHANNEL = "T1", "C1"
SERVICE = {"owner": ROB, "owner_group": "payments", "categories": {"Application": ["Errors"]}}
POLICY = a_policy(services={"checkout": SERVICE})
WITHIN = RETENTION - timedelta(minutes=1)
AFTER = RETENTION + timedelta(minutes=1)


def came_by_event(at: datetime) -> Interaction:
    event = {"type": "reaction_added", "user": "U1", "item": {"channel": CHANNEL, "ts": "1.0"}}
    return from_event({"team_id": TEAM, "event_id": "Ev01", "event": event}, at)


def came_by_button(at: datetime) -> Interaction:
    action = {"action_id": "note", "action_ts": "17.5", "value": "{}"}
    body = {"team": {"id": TEAM}, "user": {"id": "U1"}, "actions": [action]}
    return from_action({**body, "container": {"message_ts": "12.5", "channel_id": CHANNEL}}, at)


def came_by_command(at: datetime) -> Interaction:
    return from_command({"team_id": TEAM, "user_id": "U1", "channel_id": CHANNEL, "trigger_id": "17.4"}, at)


WAYS = (came_by_event, came_by_button, came_by_command)


@dataclass
class Replicas:
    """Two replicas, and an incident that the first one declared."""

    first: Store
    second: Store
    number: str = ""

    def ask(self, store: Store, came: Interaction, verb: str = "note", **fields: Any) -> Outcome:
        shown = came.in_context(ActionContext(number=self.number or None))
        request = shown.request(verb, fields, Actor(id=came.person, groups=frozenset({"responder"})))
        return run(request, recorder=store.recorder, policy=POLICY, policy_hash="0" * 64)

    def together(self, work: Callable[[Store], Any]) -> list[Any]:
        """Do something in both at the same moment."""
        barrier = Barrier(2)

        def at_once(store: Store) -> Any:
            barrier.wait(10)
            return work(store)

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(at_once, (self.first, self.second)))

    def noted(self, words: str) -> int:
        key = self.second.queries.incidents(TEAM)[0].key
        entries = self.second.recorder.read(lambda reader: reader.entries(key, kinds=("noted",)))
        return sum(words in entry.fact.model_dump_json() for entry in entries)


@pytest.fixture
def replicas(postgres_url: str) -> Iterator[Replicas]:
    with open_store(postgres_url, team=TEAM) as first, open_store(postgres_url, team=TEAM) as second:
        both = Replicas(first, second)
        declares = from_command({"team_id": TEAM, "user_id": "U1", "channel_id": "C0", "trigger_id": "1"}, START)
        told = both.ask(first, declares, "declare", title="Payments fail", service="checkout", impact=1, urgency=1)
        assert not told.is_refused, told
        both.number = first.queries.incidents(TEAM)[0].number
        yield both


@pytest.mark.parametrize("came", WAYS)
def test_what_comes_to_two_at_the_same_moment_is_recorded_once(
    replicas: Replicas, came: Callable[[datetime], Interaction]
) -> None:
    outcomes = replicas.together(lambda store: replicas.ask(store, came(START), text="the pool is exhausted"))

    assert sorted(one.repeated for one in outcomes) == [False, True]
    assert not any(one.is_refused for one in outcomes)
    assert replicas.noted("the pool is exhausted") == 1


@pytest.mark.parametrize("came", WAYS)
def test_what_comes_again_within_two_days_is_known_to_every_replica(
    replicas: Replicas, came: Callable[[datetime], Interaction]
) -> None:
    replicas.ask(replicas.first, came(START), text="the pool is exhausted")
    replicas.second.delete_expired(START + WITHIN)

    again = replicas.ask(replicas.second, came(START + WITHIN), text="the pool is exhausted")

    assert again.repeated
    assert replicas.noted("the pool is exhausted") == 1


def test_what_comes_after_two_days_is_something_else(replicas: Replicas) -> None:
    """Slack has stopped sending anything again long before; without an end the table would grow for good."""
    replicas.ask(replicas.first, came_by_button(START), text="the pool is exhausted")
    replicas.second.delete_expired(START + AFTER)

    later = replicas.ask(replicas.second, came_by_button(START + AFTER), text="the pool is exhausted")

    assert not later.repeated
    assert replicas.noted("the pool is exhausted") == 2


def wanted(store: Store, kind: JobKind) -> list[str]:
    claimed = store.jobs.claim(START + timedelta(days=9), "somebody", 500, 60)
    return [one.job.key for one in claimed if one.job.kind is kind]


def test_what_all_replicas_want_at_once_is_wanted_once(replicas: Replicas) -> None:
    def want(store: Store) -> None:
        enqueue_checkpoint(store.recorder, TEAM, START)
        enqueue_daily(store.recorder, TEAM, DAILY, START)

    for _ in range(5):
        replicas.together(want)

    claimed = replicas.first.jobs.claim(START + timedelta(minutes=1), "somebody", 500, 60)
    keys = [one.job.key for one in claimed if one.job.kind in (*DAILY, JobKind.CHECKPOINT)]
    assert len(keys) == len(set(keys)) == 1 + len(DAILY)
    assert {one.version for one in claimed if one.job.key in keys} == {1}


def test_what_was_done_in_its_period_is_not_wanted_again_by_a_clock_that_strikes_later(replicas: Replicas) -> None:
    enqueue_checkpoint(replicas.first.recorder, TEAM, START)
    claimed = replicas.first.jobs.claim(START, "somebody", 500, 60)
    (made,) = [one for one in claimed if one.job.kind is JobKind.CHECKPOINT]
    assert replicas.first.jobs.complete(made, START)

    enqueue_checkpoint(replicas.second.recorder, TEAM, START + timedelta(seconds=20))

    assert wanted(replicas.second, JobKind.CHECKPOINT) == []


def test_a_long_period_is_remembered_to_its_end(replicas: Replicas) -> None:
    """A weekly thing outlives the two days for which keys are kept only where its end is given."""
    key, ends = IncidentKey(TEAM, "01WORKSPACE"), START + timedelta(days=7)
    job = Job(kind=JobKind.RETENTION, key="sample:2026-W24", incident=key)
    enqueue_once(replicas.first.recorder, job, START, ends=ends)
    assert wanted(replicas.first, JobKind.RETENTION) == ["sample:2026-W24"]
    replicas.first.transactions.write(lambda c: c.exec_driver_sql("DELETE FROM job"))

    replicas.second.delete_expired(START + timedelta(days=6))
    enqueue_once(replicas.second.recorder, job, START + timedelta(days=6), ends=ends)

    assert wanted(replicas.second, JobKind.RETENTION) == []
