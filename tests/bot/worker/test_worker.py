"""The worker: each job runs once and in time, whatever Slack responds, and its result is on the record."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from bot.slack.client.rate_limiter import RateLimiter
from incident.jobs import JobKind
from tests.support.wait import until
from tests.support.worker_env import START, worker_env_on


def test_a_declaration_creates_a_usable_channel_and_every_surface(rig):
    key = rig.declare()

    rig.drain()

    channel = rig.channel(key)
    names = {rig.sandbox.workspace.people[user].name for user in channel.members}
    assert names == {"muster", "ilse", "eva"}
    assert [text.splitlines()[0].partition(":")[0] for text in rig.texts(key)] == [
        "INC-2026-0001 P1",
        "<@U01ILSE> declared *Payments fail* on checkout",
    ]
    assert list(channel.pins) == [rig.incident(key).places.card_ts]
    assert channel.topic.value == ("INC-2026-0001 P1 major: unclaimed. Commander: nobody. Payments fail")
    assert len(rig.sandbox.workspace.homes) == 1
    assert rig.store.jobs.dead_letters() == ()


def test_a_usable_channel_takes_two_serial_calls_whatever_the_extras(rig):
    """With every call taking `call` seconds, the channel is usable before three serial calls could have ended."""
    call = 0.7
    rig.sandbox.faults.set_latency(call * 1000)
    rig.adapter.renderer.warm()
    rig.worker.start()
    began = time.monotonic()

    key = rig.declare()
    until(lambda: rig.incident(key).places.card_ts and rig.users["ilse"] in rig.channel(key).members, seconds=20)

    assert time.monotonic() - began < 3 * call


def test_the_results_of_jobs_are_on_the_record(rig):
    key = rig.declare()

    rig.drain()

    kinds = [entry.fact.kind for entry in rig.entries(key)]
    assert {"channel_made", "card_posted", "announced"} <= set(kinds)


def test_draining_again_does_nothing(rig):
    rig.declare()
    rig.drain()
    before = rig.sandbox.wire_log.seq

    rig.drain()

    assert rig.sandbox.wire_log.seq == before


def test_twenty_changes_in_a_second_cost_one_update_of_the_card(rig):
    key = rig.declare()
    rig.after(minutes=2)
    before = rig.calls("chat.update")

    for number in range(20):
        rig.act("action", "ilse", key, assignee=rig.person("eva"), text=f"task {number}")
        rig.drain()
    rig.after(seconds=5)

    assert rig.calls("chat.update") - before == 1


def test_an_unchanged_surface_is_not_updated(rig):
    key = rig.declare()
    rig.after(minutes=2)
    before = rig.calls("chat.update"), rig.calls("conversations.setTopic")

    rig.act("note", "ilse", key, text="somebody rebooted the router")
    rig.after(seconds=5)

    assert (rig.calls("chat.update"), rig.calls("conversations.setTopic")) == before


def test_lines_are_posted_in_the_order_of_the_record(rig):
    key = rig.declare()
    rig.after(seconds=2)

    for number in range(12):
        rig.act("note", "ilse", key, text=f"note {number:02}")
    rig.after(seconds=5)

    lines = [text[-2:] for text in rig.texts(key) if "note" in text]
    assert lines == [f"{number:02}" for number in range(12)]


@pytest.mark.parametrize("method", ["conversations.create", "conversations.invite", "chat.postMessage", "pins.add"])
def test_a_rate_limit_is_obeyed_and_does_not_count_as_an_attempt(rig, method):
    rig.sandbox.faults.too_many_requests(method, times=1, retry_after=30)
    key = rig.declare()

    rig.after(seconds=20)
    assert rig.slack.limiter.blocked(rig.clock.now()) == {method: START + timedelta(seconds=30)}

    rig.after(seconds=20)
    assert len(rig.channel(key).pins) == 1
    assert len(rig.texts(key)) == 2


@pytest.mark.parametrize(
    "method", ["conversations.create", "conversations.invite", "chat.postMessage", "conversations.setTopic"]
)
def test_an_unknown_outcome_is_looked_up_and_retried(rig, method):
    rig.sandbox.faults.server_error(method, times=2)
    rig.sandbox.faults.lose_reply(method, times=1)
    key = rig.declare()

    rig.after(minutes=1)

    made = [c.name for c in rig.sandbox.workspace.channels.values() if c.name.startswith("inc-")]
    assert made == ["inc-2026-0001-payments-fail"]
    assert len(rig.texts(key)) == 2
    assert rig.store.jobs.dead_letters() == ()


@pytest.mark.parametrize("method", ["chat.postMessage", "conversations.create"])
def test_a_lost_reply_never_duplicates_anything(rig, method):
    rig.sandbox.faults.lose_reply(method, times=3)
    key = rig.declare()

    rig.after(minutes=1)

    made = [c for c in rig.sandbox.workspace.channels.values() if c.name.startswith("inc-")]
    assert len(made) == 1
    assert len(rig.texts(key)) == len(set(rig.texts(key))) == 2
    assert len([m for m in rig.named("incidents").messages.values() if not m.subtype]) == 1


def test_a_permanent_refusal_of_slack_is_a_dead_letter_reported_and_recorded(rig):
    rig.sandbox.faults.fail_with("restricted_action", "conversations.setTopic")
    key = rig.declare()

    rig.after(seconds=5)

    [lost] = rig.entries(key, "place_lost")
    assert (lost.fact.what, lost.fact.error) == ("topic", "restricted_action")
    assert [dead.job.kind for dead in rig.store.jobs.dead_letters()] == [JobKind.TOPIC]
    assert any("The topic could not be set" in text and "restricted_action" in text for text in rig.texts(key))


def test_when_slack_creates_no_channel_the_declarer_is_notified_and_dependent_jobs_are_dead(rig):
    rig.sandbox.faults.fail_with("restricted_action", "conversations.create")
    key = rig.declare()

    rig.after(seconds=5)

    [notice] = rig.direct("ilse")
    assert "Slack refused to create one" in notice.text
    assert rig.incident(key).places.channel is None
    assert {dead.job.kind for dead in rig.store.jobs.dead_letters()} >= {
        JobKind.MAKE_CHANNEL,
        JobKind.CARD,
        JobKind.MEMBERS,
    }


def test_a_bug_in_one_job_does_not_stop_the_others(sqlite_store):
    def broken(run):
        raise ZeroDivisionError("a bug")

    with worker_env_on(sqlite_store) as rig:
        worker = rig.another_worker("broken", handlers={JobKind.TOPIC: broken})
        key = rig.declare()
        for _ in range(40):
            rig.clock.set(rig.clock.now() + timedelta(minutes=1))
            worker.drain(rig.clock.now())
        worker.stop()

        assert len(rig.texts(key)) >= 2
        assert [dead.job.kind for dead in sqlite_store.jobs.dead_letters()] == [JobKind.TOPIC]


def test_two_workers_on_one_database_run_each_job_once(store):
    with worker_env_on(store) as rig:
        other = rig.another_worker("other")
        keys = [rig.declare(f"Trouble number {number}") for number in range(3)]
        rig.worker.start()
        other.start()
        rig.worker.wake()
        other.wake()
        until(lambda: store.jobs.due_count(rig.clock.now()) == 0, seconds=20)
        other.stop()

        for key in keys:
            assert len(rig.texts(key)) == 2
        assert len([m for m in rig.named("incidents").messages.values() if not m.subtype]) == 3


def test_a_commit_wakes_a_worker_that_was_started(rig):
    rig.worker.start()

    key = rig.declare()

    until(lambda: rig.incident(key).places.card_ts is not None, seconds=20)
    assert rig.channel(key).name == "inc-2026-0001-payments-fail"


def test_the_rate_limiter_delays_low_priority_jobs_while_channels_become_usable(sqlite_store):
    with worker_env_on(sqlite_store) as rig:
        few = RateLimiter({"conversations.create": 20, "conversations.setTopic": 4})
        worker = rig.another_worker("thrifty", limiter=few)
        keys = [rig.declare(f"Trouble number {number}") for number in range(8)]

        worker.drain(rig.clock.now())
        worker.stop()

        usable = [key for key in keys if rig.incident(key).places.card_ts]
        topics = [key for key in keys if usable and rig.channel(key).topic.value]
        assert len(usable) == 8
        assert 0 < len(topics) < 8
