"""What every replica does at intervals, and the detector of gaps in what it receives. Starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from bot.bootstrap.application import Receiver
from bot.bootstrap.dependencies import Dependencies
from bot.digest_schedule import enqueue_digest
from bot.scheduler import TICK, PeriodicTask, enqueue_checkpoint, enqueue_daily
from bot.shift_watch import ask_about_schedules, enqueue_feeds, enqueue_shift_notices
from bot.slack.capture.gap_detector import CHECK_EVERY, GapDetector
from bot.slack.degraded.degraded_mode import DegradedMode
from bot.worker.handlers.integrity_jobs import DAILY
from bot.worker.worker import Worker
from commands.core.record_service import RecordService

_MINUTE: Final = timedelta(minutes=1)
_POLICY: Final = timedelta(seconds=15)
_MARK: Final = timedelta(seconds=5)


def gap_detector_of(
    on: Dependencies, gap_seconds: int, *, process: str, receivers: Callable[[], Sequence[Receiver]]
) -> GapDetector:
    """Build the gap detector. This process counts as present while all its receivers are connected."""
    return GapDetector(
        on.store,
        RecordService(on.store.recorder, on.policy.active, on.clock),
        team=on.store.team or "",
        process=process,
        is_connected=lambda: all(one.is_connected() for one in receivers()),
        gap=timedelta(seconds=gap_seconds),
    )


def periodic_tasks(
    on: Dependencies, worker: Worker, gap_detector: GapDetector, degraded_mode: DegradedMode
) -> tuple[PeriodicTask, ...]:
    """Return the tasks, each with its interval."""
    recorder, team, now = on.store.recorder, on.team, on.clock.now
    record = RecordService(recorder, on.policy.active, on.clock)
    return (
        PeriodicTask("tick", TICK, worker.wake),
        PeriodicTask("presence", CHECK_EVERY, gap_detector.check),
        PeriodicTask("policy", _POLICY, on.policy.reload),
        PeriodicTask("checkpoint", _MINUTE, lambda: enqueue_checkpoint(recorder, team, now())),
        PeriodicTask("high_water_mark", _MARK, on.compare_high_water_mark),
        PeriodicTask("daily", 10 * _MINUTE, lambda: enqueue_daily(recorder, team, DAILY, now())),
        PeriodicTask("digest", _MINUTE, lambda: enqueue_digest(recorder, team, on.policy.active.policy, now())),
        PeriodicTask("shifts", _MINUTE, lambda: enqueue_shift_notices(recorder, team, on.policy.active.policy, now())),
        PeriodicTask("feeds", _MINUTE, lambda: enqueue_feeds(recorder, team, on.policy.active.policy, now())),
        PeriodicTask("schedules", 5 * _MINUTE, lambda: ask_about_schedules(record, team)),
        PeriodicTask("people", 10 * _MINUTE, on.refresh_people),
        PeriodicTask("housekeeping", 60 * _MINUTE, lambda: on.store.delete_expired(now())),
        degraded_mode.periodic_task(),
        PeriodicTask("recent_messages", _MINUTE, lambda: degraded_mode.recent.prune(now())),
    )
