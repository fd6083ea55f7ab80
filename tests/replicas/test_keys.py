"""Idempotency keys of two replicas on one PostgreSQL: a repeated request is recognised for 48 hours.

Every call takes its time as an argument, so that two days pass at once.
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
from tests.support.handmade_incidents import ROB, START
from tests.support.policies import small_policy

TEAM, CHANNEL = "T1", "C1"
SERVICE = {"owner": ROB, "owner_group": "payments", "categories": {"Application": ["Errors"]}}
POLICY = small_policy(services={"checkout": SERVICE})
WITHIN = RETENTION - timedelta(minutes=1)
AFTER = RETENTION + timedelta(minutes=1)


def by_event(at: datetime) -> Interaction:
    event = {"type": "reaction_added", "user": "U1", "item": {"channel": CHANNEL, "ts": "1.0"}}
    return from_event({"team_id": TEAM, "event_id": "Ev01", "event": event}, at)


def by_button(at: datetime) -> Interaction:
    action = {"action_id": "note", "action_ts": "17.5", "value": "{}"}
    body = {"team": {"id": TEAM}, "user": {"id": "U1"}, "actions": [action]}
    return from_action({**body, "container": {"message_ts": "12.5", "channel_id": CHANNEL}}, at)


def by_command(at: datetime) -> Interaction:
    return from_command({"team_id": TEAM, "user_id": "U1", "channel_id": CHANNEL, "trigger_id": "17.4"}, at)


ENTRY_POINTS = (by_event, by_button, by_command)


@dataclass
class Replicas:
    """Two replicas, and an incident that the first one declared."""

    first: Store
    second: Store
    number: str = ""

    def ask(self, store: Store, interaction: Interaction, verb: str = "note", **fields: Any) -> Outcome:
        shown = interaction.in_context(ActionContext(number=self.number or None))
        request = shown.request(verb, fields, Actor(id=interaction.person, groups=frozenset({"responder"})))
        return run(request, recorder=store.recorder, policy=POLICY, policy_hash="0" * 64)

    def run_in_both(self, work: Callable[[Store], Any]) -> list[Any]:
        """Run work in both replicas at the same moment."""
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
        declared = both.ask(first, declares, "declare", title="Payments fail", service="checkout", impact=1, urgency=1)
        assert not declared.is_refused, declared
        both.number = first.queries.incidents(TEAM)[0].number
        yield both


@pytest.mark.parametrize("interaction", ENTRY_POINTS)
def test_a_request_that_reaches_two_replicas_at_the_same_moment_is_recorded_once(
    replicas: Replicas, interaction: Callable[[datetime], Interaction]
) -> None:
    outcomes = replicas.run_in_both(lambda store: replicas.ask(store, interaction(START), text="the pool is exhausted"))

    assert sorted(one.repeated for one in outcomes) == [False, True]
    assert not any(one.is_refused for one in outcomes)
    assert replicas.noted("the pool is exhausted") == 1


@pytest.mark.parametrize("interaction", ENTRY_POINTS)
def test_a_request_repeated_within_two_days_is_recognised_by_every_replica(
    replicas: Replicas, interaction: Callable[[datetime], Interaction]
) -> None:
    replicas.ask(replicas.first, interaction(START), text="the pool is exhausted")
    replicas.second.delete_expired(START + WITHIN)

    again = replicas.ask(replicas.second, interaction(START + WITHIN), text="the pool is exhausted")

    assert again.repeated
    assert replicas.noted("the pool is exhausted") == 1


def test_a_request_repeated_after_two_days_is_another_request(replicas: Replicas) -> None:
    """Slack stops retrying long before; keys without an end would make the table grow forever."""
    replicas.ask(replicas.first, by_button(START), text="the pool is exhausted")
    replicas.second.delete_expired(START + AFTER)

    later = replicas.ask(replicas.second, by_button(START + AFTER), text="the pool is exhausted")

    assert not later.repeated
    assert replicas.noted("the pool is exhausted") == 2


def claimable(store: Store, kind: JobKind) -> list[str]:
    claimed = store.jobs.claim(START + timedelta(days=9), "another", 500, 60)
    return [one.job.key for one in claimed if one.job.kind is kind]


def test_a_job_that_all_replicas_enqueue_at_once_is_enqueued_once(replicas: Replicas) -> None:
    def enqueue(store: Store) -> None:
        enqueue_checkpoint(store.recorder, TEAM, START)
        enqueue_daily(store.recorder, TEAM, DAILY, START)

    for _ in range(5):
        replicas.run_in_both(enqueue)

    claimed = replicas.first.jobs.claim(START + timedelta(minutes=1), "another", 500, 60)
    keys = [one.job.key for one in claimed if one.job.kind in (*DAILY, JobKind.CHECKPOINT)]
    assert len(keys) == len(set(keys)) == 1 + len(DAILY)
    assert {one.version for one in claimed if one.job.key in keys} == {1}


def test_a_job_completed_in_its_period_is_not_enqueued_again_by_a_later_clock(replicas: Replicas) -> None:
    enqueue_checkpoint(replicas.first.recorder, TEAM, START)
    claimed = replicas.first.jobs.claim(START, "another", 500, 60)
    (made,) = [one for one in claimed if one.job.kind is JobKind.CHECKPOINT]
    assert replicas.first.jobs.complete(made, START)

    enqueue_checkpoint(replicas.second.recorder, TEAM, START + timedelta(seconds=20))

    assert claimable(replicas.second, JobKind.CHECKPOINT) == []


def test_the_key_of_a_long_period_is_stored_to_its_end(replicas: Replicas) -> None:
    """The key of a weekly job outlives the default of two days only where the end of its period is given."""
    key, ends = IncidentKey(TEAM, "01WORKSPACE"), START + timedelta(days=7)
    job = Job(kind=JobKind.RETENTION, key="sample:2026-W24", incident=key)
    enqueue_once(replicas.first.recorder, job, START, ends=ends)
    assert claimable(replicas.first, JobKind.RETENTION) == ["sample:2026-W24"]
    replicas.first.transactions.write(lambda c: c.exec_driver_sql("DELETE FROM job"))

    replicas.second.delete_expired(START + timedelta(days=6))
    enqueue_once(replicas.second.recorder, job, START + timedelta(days=6), ends=ends)

    assert claimable(replicas.second, JobKind.RETENTION) == []
