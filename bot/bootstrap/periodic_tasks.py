"""What works beside the listening: what the worker acts with, and what is done again and again. Starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from bot.bootstrap.application import Receiver
from bot.clock import Clock
from bot.config.policy_reloader import PolicyReloader
from bot.rendering.renderer import Mode, Renderer, for_slack
from bot.scheduler import TICK, PeriodicTask, enqueue_checkpoint, enqueue_daily
from bot.slack.capture.gap_detector import LOOK, GapDetector
from bot.slack.capture.recent_messages import RecentMessages
from bot.slack.client.web_api import SlackClient
from bot.timestamp_authority import Authority
from bot.worker.handlers.checkpoint_job import checkpoint_by
from bot.worker.handlers.integrity_jobs import DAILY, keeping
from bot.worker.worker import WorkerDependencies
from incident.jobs import JobKind
from roles.person_ids import PersonId
from storage.integrity.signing_keys import Signer
from storage.store import Store

CALL_SECONDS: Final = 10
_MINUTE: Final = timedelta(minutes=1)
_POLICY: Final = timedelta(seconds=15)


def worker_dependencies(
    slack: SlackClient,
    watch: PolicyReloader,
    store: Store,
    signer: Signer | None,
    *,
    authority: Authority | None = None,
    timeout_s: float,
) -> WorkerDependencies:
    """Give the worker everything it acts with."""

    def name_of(person: PersonId) -> str:
        known = store.recorder.read(lambda reader: reader.person(person))
        return known.name if known else person

    return WorkerDependencies(
        slack=slack,
        policy=lambda: watch.active.policy,
        renderer=for_slack(),
        plain=Renderer(Mode.DOCUMENT, names=name_of),
        sends={
            JobKind.CHECKPOINT: checkpoint_by(store.checkpoints, signer),
            **keeping(store, lambda: watch.active, authority),
        },
        timeout_s=timeout_s,
    )


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
        PeriodicTask("policy", _POLICY, watch.look),
        PeriodicTask("checkpoint", _MINUTE, lambda: enqueue_checkpoint(store.recorder, team, clock.now())),
        PeriodicTask("daily", 10 * _MINUTE, lambda: enqueue_daily(store.recorder, team, DAILY, clock.now())),
        PeriodicTask("people", 10 * _MINUTE, ask_people),
        PeriodicTask("housekeeping", 60 * _MINUTE, lambda: store.housekeep(clock.now())),
    )


def housekeeping(overheard: RecentMessages, clock: Clock) -> PeriodicTask:
    """Give what lets go, each minute, of what was overheard and has become too old."""
    return PeriodicTask("overheard", _MINUTE, lambda: overheard.forget(clock.now()))
