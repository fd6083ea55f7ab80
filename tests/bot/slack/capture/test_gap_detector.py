"""Gaps are detected by the heartbeats of all processes, and each is recorded once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from bot.slack.capture.gap_detector import PAGE, GapDetector
from bot.worker.handlers.channels import further_gaps
from commands.core.record_service import FixedPolicy, RecordService
from incident.effects.affected_surfaces import backfill_job
from incident.entries.conversation import GapNoted
from incident.jobs import JobKind
from tests.support.worker_env import WorkerEnv


@dataclass
class Process:
    """One Muster process, connected or not."""

    rig: WorkerEnv
    name: str = "one"
    is_connected: bool = True

    def __post_init__(self) -> None:
        self.presence = GapDetector(
            self.rig.store,
            RecordService(self.rig.store.recorder, FixedPolicy(self.rig.policy), self.rig.clock),
            team=self.rig.team,
            process=self.name,
            is_connected=lambda: self.is_connected,
            gap=timedelta(seconds=60),
        )

    def connect(self) -> None:
        self.is_connected = True
        self.presence.on_connected()

    def run(self, seconds: float) -> None:
        """Check every five seconds, as the scheduler does."""
        for _ in range(int(seconds // 5)):
            self.rig.clock.set(self.rig.clock.now() + timedelta(seconds=5))
            self.presence.check()


@pytest.fixture
def key(rig):
    found = rig.declare()
    rig.after(minutes=1)
    return found


def gaps(rig, key) -> list[tuple[str, datetime]]:
    return [(entry.fact.edge, entry.occurred_at) for entry in rig.entries(key, GapNoted.kind)]


def test_the_first_start_is_no_gap(rig, key):
    one = Process(rig)
    one.presence.start()
    one.connect()
    rig.drain()

    assert gaps(rig, key) == []


def test_after_a_crash_the_gap_starts_with_the_last_heartbeat_and_ends_with_the_connection(rig, key):
    one = Process(rig)
    one.connect()
    one.run(90)
    begins = rig.clock.now()
    rig.clock.set(begins + timedelta(hours=1))
    two = Process(rig, "two")

    two.presence.start()
    before = gaps(rig, key)
    two.connect()
    rig.drain()

    assert [edge for edge, _ in before] == ["begins"]
    assert gaps(rig, key) == [("begins", begins), ("ends", rig.clock.now())]


def test_the_heartbeat_is_never_older_than_half_a_minute_while_connected(rig, key):
    one = Process(rig)
    one.connect()
    ages = []
    for _ in range(30):
        one.run(5)
        ages.append(rig.clock.now() - rig.store.heartbeats.latest())

    assert max(ages) <= timedelta(seconds=30)


def test_a_short_break_is_no_gap_but_is_backfilled(rig, key):
    one = Process(rig)
    one.connect()
    rig.drain()
    one.is_connected = False
    one.run(40)

    one.connect()

    claimed = rig.store.jobs.claim(rig.clock.now(), "test", 10, 30)
    assert gaps(rig, key) == []
    assert JobKind.RECONCILE in {one.job.kind for one in claimed}


def test_a_long_gap_is_recorded_once_while_it_lasts(rig, key):
    one = Process(rig)
    one.connect()
    one.run(30)
    begins = rig.clock.now()
    one.is_connected = False
    one.run(300)
    during = gaps(rig, key)

    one.connect()
    rig.drain()

    assert during == [("begins", begins)]
    assert gaps(rig, key) == [("begins", begins), ("ends", rig.clock.now())]


def test_there_is_no_gap_while_another_process_is_connected(rig, key):
    one, two = Process(rig), Process(rig, "two")
    one.connect()
    two.connect()
    one.is_connected = False
    for _ in range(40):
        one.run(5)
        two.presence.check()

    one.connect()
    rig.drain()

    assert gaps(rig, key) == []


def test_two_processes_that_connect_together_record_one_gap(rig, key):
    Process(rig).connect()
    rig.clock.set(rig.clock.now() + timedelta(hours=1))
    two, three = Process(rig, "two"), Process(rig, "three")
    two.presence.start()
    three.presence.start()

    three.connect()
    two.connect()
    rig.drain()

    assert [edge for edge, _ in gaps(rig, key)] == ["begins", "ends"]


def test_a_clean_restart_is_no_gap(rig, key):
    one = Process(rig)
    one.connect()
    one.run(25)
    one.presence.stop()
    rig.clock.set(rig.clock.now() + timedelta(seconds=59))

    two = Process(rig, "two")
    two.presence.start()
    two.connect()
    rig.drain()

    assert gaps(rig, key) == []


def test_a_backfill_that_could_not_be_enqueued_is_enqueued_at_the_next_check(rig, key):
    one = Process(rig)
    one.connect()
    rig.clock.set(rig.clock.now() + timedelta(hours=1))
    # The database refuses the rows of jobs for a moment.
    rig.store.transactions.write(
        lambda connection: connection.exec_driver_sql("ALTER TABLE job RENAME TO gone").rowcount
    )
    with pytest.raises(Exception, match="job"):
        one.connect()
    rig.store.transactions.write(
        lambda connection: connection.exec_driver_sql("ALTER TABLE gone RENAME TO job").rowcount
    )

    one.run(5)
    rig.drain()

    assert [edge for edge, _ in gaps(rig, key)] == ["begins", "ends"]


def test_an_incident_that_ended_within_a_day_is_backfilled_and_an_older_one_is_not(rig, key):
    rig.act("void", "ilse", key, as_="false_alarm", reason="it was the monitoring itself")
    Process(rig).connect()
    rig.clock.set(rig.clock.now() + timedelta(hours=23))
    Process(rig, "two").connect()
    rig.drain()
    first = len(gaps(rig, key))
    rig.clock.set(rig.clock.now() + timedelta(hours=23))

    Process(rig, "three").connect()
    rig.drain()

    assert (first, len(gaps(rig, key))) == (2, 2)


def test_a_major_incident_is_backfilled_before_the_others(rig, key):
    small = rig.declare("Slow page", impact=3, urgency=3)

    ranks = [backfill_job(rig.incident(one)).rank for one in (key, small)]

    assert ranks[0] < ranks[1]


def test_a_process_that_crashes_while_disconnected_leaves_the_start_of_the_gap(rig, key):
    one = Process(rig)
    one.connect()
    one.run(20)
    begins = rig.clock.now()
    one.is_connected = False
    one.run(120)

    two = Process(rig, "two")
    two.presence.start()
    two.connect()
    rig.drain()

    assert gaps(rig, key) == [("begins", begins), ("ends", rig.clock.now())]


def test_a_start_waits_for_the_newest_incidents_and_a_job_goes_through_all_others(rig, monkeypatch):
    monkeypatch.setattr(further_gaps, "PAGE", 3)
    keys = [rig.declare(f"Report {n} is late", impact=3, urgency=3) for n in range(PAGE + 8)]
    rig.after(minutes=3)
    one = Process(rig)
    one.connect()
    rig.drain()
    begins = rig.clock.now()
    rig.clock.set(begins + timedelta(hours=1))
    two = Process(rig, "two")

    two.presence.start()
    at_start = [key for key in keys if gaps(rig, key)]
    two.connect()
    connected_at = rig.clock.now()
    rig.after(minutes=20)

    assert at_start == keys[-PAGE:]
    assert [gaps(rig, key) for key in keys] == [[("begins", begins), ("ends", connected_at)]] * len(keys)
