"""The digest is due once per day or week in the policy's zone, is posted once, and leaves out what not everyone may see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.digest_schedule import enqueue_digest, last_due
from bot.slack.surfaces.digest_message import digest_context
from tests.support.policies import small_policy
from tests.support.worker_env import START, WorkerEnv, posts, worker_env_on

NINE = datetime(2026, 6, 10, 7, 0, tzinfo=UTC)


@pytest.fixture
def rig(store) -> Iterator[WorkerEnv]:
    digest = {"channel": "#general", "at": "09:00"}
    with worker_env_on(store, digest=digest, time_zone="Europe/Berlin") as opened:
        yield opened


def digest(rig: WorkerEnv, at: datetime) -> list[str]:
    """Let the replicas enqueue what is due at a time, run it, and return what the channel of the digest shows."""
    rig.clock.set(at)
    for seconds in (0, 1, 70):
        enqueue_digest(rig.store.recorder, rig.team, rig.policy, at + timedelta(seconds=seconds))
        rig.drain()
    return [str([message.text, message.blocks]) for message in posts(rig.named("general"), rig.sandbox)]


@pytest.mark.parametrize(
    ("every", "now", "due", "days"),
    [
        ("day", NINE, NINE, 1),
        ("day", NINE - timedelta(seconds=1), NINE - timedelta(days=1), 1),
        ("week", NINE, NINE - timedelta(days=2), 7),
        ("week", NINE - timedelta(days=2, seconds=1), NINE - timedelta(days=9), 7),
    ],
)
def test_a_digest_is_due_at_its_time_in_the_zone_of_the_policy(
    every: str, now: datetime, due: datetime, days: int
) -> None:
    policy = small_policy(digest={"channel": "#exec", "every": every}, time_zone="Europe/Berlin")

    assert last_due(policy, now) == (due, due - timedelta(days=days))


def test_a_digest_comes_at_the_same_time_of_day_after_the_clocks_change() -> None:
    policy = small_policy(digest={"channel": "#exec"}, time_zone="Europe/Berlin")

    assert last_due(policy, datetime(2026, 10, 25, 12, tzinfo=UTC)) == (
        datetime(2026, 10, 25, 8, tzinfo=UTC),
        datetime(2026, 10, 24, 7, tzinfo=UTC),
    )


def test_one_digest_of_a_day_tells_what_is_open_and_what_ended_and_nothing_that_is_restricted(rig: WorkerEnv) -> None:
    key = rig.declare("Payments fail")
    rig.act(
        "action",
        "ilse",
        key,
        assignee=rig.person("eva"),
        text="restart the queue",
        timebox_minutes=30,
    )
    secret = rig.declare("Keys were stolen", type="security")
    drill = rig.declare("Only practice", drill=True)
    gone = rig.declare("Just a typo", impact=3, urgency=3)
    rig.act("void", "ilse", gone, as_="false_alarm", reason="the probe was broken")
    assert rig.incident(secret).restricted
    assert rig.incident(drill).drill

    [once] = digest(rig, NINE)

    assert "1 open, 1 ended since" in once
    assert "Payments fail" in once
    assert "overdue: " in once
    assert "Just a typo" in once
    assert "restart the queue" in once
    assert "Keys were stolen" not in once
    assert rig.incident(secret).number not in once
    assert "Only practice" not in once


def test_the_digest_of_the_next_day_tells_only_what_ended_since(rig: WorkerEnv) -> None:
    gone = rig.declare("Just a typo", impact=3, urgency=3)
    rig.act("void", "ilse", gone, as_="false_alarm", reason="the probe was broken")
    digest(rig, NINE)

    _, second = digest(rig, NINE + timedelta(days=1))

    assert "no incident is open, and none ended since" in second


def test_a_digest_that_is_six_hours_late_is_left_out_and_one_that_is_less_late_is_not(rig: WorkerEnv) -> None:
    assert digest(rig, NINE + timedelta(hours=7)) == []
    assert len(digest(rig, NINE + timedelta(days=1, hours=5))) == 1


def test_missed_updates_are_counted_since_the_last_digest(rig: WorkerEnv) -> None:
    key = rig.declare("Payments fail")
    rig.after(minutes=180)

    found = rig.store.recorder.read(lambda r: digest_context(r, rig.team, rig.policy, START, rig.clock.now()))
    later = rig.store.recorder.read(
        lambda r: digest_context(r, rig.team, rig.policy, rig.clock.now() + timedelta(days=1), rig.clock.now())
    )

    assert {one.i.key for one in found.missed} == {key}
    assert later.missed == ()


def test_without_a_channel_there_is_no_digest(store) -> None:
    with worker_env_on(store) as opened:
        before = opened.store.jobs.next_run_at()
        enqueue_digest(opened.store.recorder, opened.team, opened.policy, NINE)
        assert opened.store.jobs.next_run_at() == before
