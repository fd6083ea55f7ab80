"""What works beside the listening: what the worker acts with, and what is done again and again. Starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from bot.bootstrap.application import Receiver
from bot.clock import Clock
from bot.config.policy_reloader import PolicyReloader
from bot.scheduler import TICK, PeriodicTask, enqueue_checkpoint, enqueue_daily
from bot.slack.capture.gap_detector import LOOK, GapDetector
from bot.slack.capture.recent_messages import RecentMessages
from bot.worker.handlers.integrity_jobs import DAILY
from storage.store import Store

_MINUTE: Final = timedelta(minutes=1)
_POLICY: Final = timedelta(seconds=15)


def gap_detector_of(
    store: Store,
    clock: Clock,
    watch: PolicyReloader,
    gap_seconds: int,
    *,
    process: str,
    takes: Callable[[], Sequence[Receiver]],
) -> GapDetector:
    """Build what knows whether Muster is there: it is while everything that takes what Slack sends is connected."""
    return GapDetector(
        store,
        clock,
        lambda: watch.active.policy,
        team=store.team or "",
        process=process,
        is_connected=lambda: all(one.is_connected() for one in takes()),
        gap=timedelta(seconds=gap_seconds),
    )


def periodic_tasks(
    store: Store,
    clock: Clock,
    *,
    team: str,
    wake: Callable[[], None],
    ask_people: Callable[[], None],
    watch: PolicyReloader,
    look: Callable[[], None],
) -> tuple[PeriodicTask, ...]:
    """Give what is done again and again in every replica."""
    return (
        PeriodicTask("tick", TICK, wake),
        PeriodicTask("presence", LOOK, look),
        PeriodicTask("policy", _POLICY, watch.reload),
        PeriodicTask("checkpoint", _MINUTE, lambda: enqueue_checkpoint(store.recorder, team, clock.now())),
        PeriodicTask("daily", 10 * _MINUTE, lambda: enqueue_daily(store.recorder, team, DAILY, clock.now())),
        PeriodicTask("people", 10 * _MINUTE, ask_people),
        PeriodicTask("housekeeping", 60 * _MINUTE, lambda: store.delete_expired(clock.now())),
    )


def housekeeping(overheard: RecentMessages, clock: Clock) -> PeriodicTask:
    """Give what lets go, each minute, of what was overheard and has become too old."""
    return PeriodicTask("overheard", _MINUTE, lambda: overheard.forget(clock.now()))
