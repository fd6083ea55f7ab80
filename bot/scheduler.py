"""Runs periodic tasks: the tick each second, in case a wake-up by a commit was missed, and the rest. Knows no incident.

The schedule is in memory in every replica. What must happen once among all replicas is a job with a key, which the
database coordinates.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]

from incident.entry import workspace_chain
from incident.jobs import LATER, Job, JobKind
from incident.ports import Outcome, Recorder, UnitOfWork
from storage.errors import Unavailable

TICK: Final = timedelta(seconds=1)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PeriodicTask:
    """A function that is called at an interval; `work` is quick, or enqueues a job."""

    name: str
    every: timedelta
    work: Callable[[], None]


class Scheduler:
    """Runs each task at most once at a time; missed runs are replaced by one late run."""

    def __init__(self, tasks: Sequence[PeriodicTask]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for task in tasks:
            trigger = IntervalTrigger(seconds=task.every.total_seconds(), timezone=UTC)
            self._scheduler.add_job(_run_safely, trigger, args=[task], id=task.name)

    def start(self) -> None:
        """Run the tasks from now on."""
        self._scheduler.start()

    def run_all(self, now: datetime) -> None:
        """Run every task now and count its interval from now, after the clock was set back."""
        for task in self._scheduler.get_jobs():
            task.modify(next_run_time=now)

    def pause(self) -> None:
        """Start no task any more; tasks that are running go on."""
        if self._scheduler.running:
            self._scheduler.pause()

    def stop(self) -> None:
        """Wait for the tasks that are running, and end. Does nothing if never started."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def enqueue_once(recorder: Recorder, job: Job, now: datetime, *, ends: datetime | None = None) -> None:
    """Enqueue a job that runs once in its period, which its key names and which ends at `ends`.

    The clocks of replicas differ: by the time the last one enqueues it, the job may long be done.
    """
    enqueue_all_once(recorder, job.key, [job], now, ends=ends)


def enqueue_all_once(
    recorder: Recorder, key: str, jobs: Sequence[Job], now: datetime, *, ends: datetime | None = None
) -> None:
    """Enqueue jobs that run once in a period, which `key` names."""

    def work(unit: UnitOfWork) -> None:
        if unit.remembered(key) is None:
            unit.enqueue(jobs, now)
            unit.remember(key, Outcome(verb="want", key=jobs[0].incident, at=ends or now))

    recorder.transact(work, first=False)


def enqueue_checkpoint(recorder: Recorder, team: str, now: datetime) -> None:
    """Enqueue the checkpoint of this minute; if several replicas do so, one takes it."""
    minute = now.replace(second=0, microsecond=0).isoformat()
    job = Job(
        kind=JobKind.CHECKPOINT,
        key=f"{JobKind.CHECKPOINT}:{team}:{minute}",
        incident=workspace_chain(team),
        rank=LATER,
    )
    enqueue_once(recorder, job, now)


def enqueue_daily(recorder: Recorder, team: str, kinds: Sequence[JobKind], now: datetime) -> None:
    """Enqueue jobs of these kinds once a day (UTC), whichever replica does so first."""
    for kind in kinds:
        key = f"{kind}:{now.date().isoformat()}"
        enqueue_once(recorder, Job(kind=kind, key=key, incident=workspace_chain(team), rank=LATER, run_at=now), now)


def _run_safely(task: PeriodicTask) -> None:
    """Run a task once; its errors are logged and do not stop the schedule."""
    try:
        task.work()
    except Unavailable as absent:
        _log.warning("%s waits: the database is absent (%s)", task.name, absent.why)
    except Exception:  # noqa: BLE001 - one failed run must not be the last one
        _log.exception("%s failed", task.name)
