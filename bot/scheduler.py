"""The clock that wakes things: a tick each second behind the wake-up of commits, and what recurs. Knows no incident.

It is in memory in every replica; what has to happen once among them is a job with a key, which PostgreSQL coordinates.
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
    """Something that is done again and again; `work` is quick, or wants a job."""

    name: str
    every: timedelta
    work: Callable[[], None]


class Scheduler:
    """Does what recurs, each thing at most once at a time; what was late is done once, not made up for."""

    def __init__(self, recurring: Sequence[PeriodicTask]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for one in recurring:
            trigger = IntervalTrigger(seconds=one.every.total_seconds(), timezone=UTC)
            self._scheduler.add_job(_guarded, trigger, args=[one], id=one.name)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def pause(self) -> None:
        """Begin nothing more; what is being done just now goes on."""
        if self._scheduler.running:
            self._scheduler.pause()

    def stop(self) -> None:
        """End, after what is being done just now; one that never began has nothing to end."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def enqueue_once(recorder: Recorder, job: Job, now: datetime, *, ends: datetime | None = None) -> None:
    """Want a job that is to be done once in its period, which its key names and which `ends` then.

    The clocks of replicas do not strike together: by the time the last one wants it, it may long be done.
    """

    def work(unit: UnitOfWork) -> None:
        if unit.remembered(job.key) is None:
            unit.enqueue([job], now)
            unit.remember(job.key, Outcome(verb="want", key=job.incident, at=ends or now))

    recorder.transact(work, first=False)


def enqueue_checkpoint(recorder: Recorder, team: str, now: datetime) -> None:
    """Want the checkpoint of this minute; of many replicas that want it, one makes it."""
    minute = now.replace(second=0, microsecond=0).isoformat()
    job = Job(
        kind=JobKind.CHECKPOINT,
        key=f"{JobKind.CHECKPOINT}:{team}:{minute}",
        incident=workspace_chain(team),
        rank=LATER,
    )
    enqueue_once(recorder, job, now)


def enqueue_daily(recorder: Recorder, team: str, kinds: Sequence[JobKind], now: datetime) -> None:
    """Want what is done once a day, counted in UTC, by whichever replica comes first."""
    for kind in kinds:
        key = f"{kind}:{now.date().isoformat()}"
        enqueue_once(recorder, Job(kind=kind, key=key, incident=workspace_chain(team), rank=LATER, run_at=now), now)


def _guarded(recurring: PeriodicTask) -> None:
    """Do it once; an error in it is logged and does not stop the clock."""
    try:
        recurring.work()
    except Unavailable as absent:
        _log.warning("%s waits: the database is absent (%s)", recurring.name, absent.why)
    except Exception:  # noqa: BLE001 - one late tick must not be the last one
        _log.exception("%s failed", recurring.name)
