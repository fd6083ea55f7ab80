"""The clock: what recurs goes on recurring, whatever one turn of it did; what must happen once is a job with a key."""

from __future__ import annotations

import threading
from datetime import timedelta

from bot.scheduler import PeriodicTask, Scheduler, enqueue_checkpoint
from incident.jobs import JobKind
from tests.support.clock import T

START = T(5, 33)


def test_an_error_in_one_turn_does_not_stop_the_clock():
    turns = threading.Semaphore(0)

    def work():
        turns.release()
        raise ZeroDivisionError("nobody foresaw this")

    scheduler = Scheduler([PeriodicTask("tick", timedelta(seconds=0.05), work)])
    scheduler.start()
    came = [turns.acquire(timeout=10) for _ in range(3)]
    scheduler.stop()

    assert came == [True, True, True]


def test_a_slow_turn_is_not_run_beside_itself():
    together, most = [], []

    def work():
        together.append(1)
        most.append(len(together))
        threading.Event().wait(0.12)
        together.pop()

    scheduler = Scheduler([PeriodicTask("tick", timedelta(seconds=0.03), work)])
    scheduler.start()
    threading.Event().wait(0.4)
    scheduler.stop()

    assert len(most) >= 2
    assert set(most) == {1}


def test_of_all_who_want_this_minutes_checkpoint_one_makes_it(rig):
    for seconds in (0, 5, 20):
        enqueue_checkpoint(rig.store.recorder, rig.team, START + timedelta(seconds=seconds))

    claimed = rig.store.jobs.claim(START + timedelta(minutes=1), "somebody", 10, 30)

    assert [one.job.kind for one in claimed] == [JobKind.CHECKPOINT]
    assert claimed[0].job.key.endswith("2026-06-09T10:05:00+00:00")
