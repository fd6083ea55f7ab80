"""The scheduler: a periodic task continues after any error of one run; a task that must run once is a job with a key."""

from __future__ import annotations

import threading
from datetime import timedelta

from bot.scheduler import PeriodicTask, Scheduler, enqueue_checkpoint
from incident.jobs import JobKind
from tests.support.clock import T

START = T(5, 33)


def test_an_error_in_one_run_does_not_stop_the_scheduler():
    runs = threading.Semaphore(0)

    def work():
        runs.release()
        raise ZeroDivisionError("a bug")

    scheduler = Scheduler([PeriodicTask("tick", timedelta(seconds=0.05), work)])
    scheduler.start()
    continued = [runs.acquire(timeout=10) for _ in range(3)]
    scheduler.stop()

    assert continued == [True, True, True]


def test_a_slow_run_does_not_overlap_with_the_next():
    running, parallel = [], []

    def work():
        running.append(1)
        parallel.append(len(running))
        threading.Event().wait(0.12)
        running.pop()

    scheduler = Scheduler([PeriodicTask("tick", timedelta(seconds=0.03), work)])
    scheduler.start()
    threading.Event().wait(0.4)
    scheduler.stop()

    assert len(parallel) >= 2
    assert set(parallel) == {1}


def test_the_checkpoint_of_a_minute_is_enqueued_once_by_all_processes(rig):
    for seconds in (0, 5, 20):
        enqueue_checkpoint(rig.store.recorder, rig.team, START + timedelta(seconds=seconds))

    claimed = rig.store.jobs.claim(START + timedelta(minutes=1), "w1", 10, 30)

    assert [one.job.kind for one in claimed] == [JobKind.CHECKPOINT]
    assert claimed[0].job.key.endswith("2026-06-09T10:05:00+00:00")
