"""One running instance: receivers, worker, scheduler. Starts and stops them in order; builds none of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.config.policy_loader import ActivePolicy
from bot.config.yaml_positions import ConfigError
from bot.monitoring.clock_watch import ClockWatch
from bot.scheduler import Scheduler
from bot.slack.capture.gap_detector import GapDetector
from bot.slack.degraded.degraded_mode import DegradedMode
from bot.slack.gateway.gateway import SlackGateway
from bot.worker.worker import Worker
from storage.errors import Unavailable
from storage.integrity.signing_keys import Signer
from storage.store import Store


class Receiver(Protocol):
    """Receives what Slack sends."""

    def start(self) -> None:
        """Start to receive, and return."""

    def stop(self) -> None:
        """Receive nothing more."""

    def is_connected(self) -> bool:
        """True if what Slack sends arrives here now."""


@dataclass(frozen=True)
class Application:
    """Everything that runs, and what it uses.

    `policy_errors` are the errors of a policy file that was not activated; `workspace` is the workspace's name.
    """

    gateway: SlackGateway
    store: Store
    active: ActivePolicy
    worker: Worker
    scheduler: Scheduler
    gap_detector: GapDetector
    receivers: Sequence[Receiver]
    degraded_mode: DegradedMode
    signer: Signer | None
    clock_watch: ClockWatch
    policy_errors: tuple[ConfigError, ...] = ()
    workspace: str = ""

    def listen(self) -> None:
        """Receive what Slack sends, after noting since when no replica did."""
        self.degraded_mode.spool_drain.prepare()
        with suppress(Unavailable):
            self.gap_detector.start()
        for receiver in self.receivers:
            receiver.start()

    def work(self) -> None:
        """Run jobs when they are due, on threads of their own; first take over those of a process that was killed."""
        with suppress(Unavailable):
            self.store.take_over_jobs(self.worker.now())
        self.worker.start()
        self.worker.wake()
        self.scheduler.start()
        self.clock_watch.start(newest=self.store.newest_time, recover=self._bring_forward)

    def _bring_forward(self, now: datetime, by: timedelta) -> None:
        """Bring forward what was dated before the clock was set back by `by`."""
        self.scheduler.run_all(now)
        self.store.bring_forward(now, by, self.worker.lease_seconds)
        self.worker.wake()

    def start(self) -> None:
        """Work and listen."""
        self.work()
        self.listen()

    def drain(self, now: datetime) -> int:
        """Run the jobs that are due at `now` and wait for them. Return the number of jobs that were run."""
        return self.worker.drain(now)

    def stop(self) -> None:
        """Claim nothing more, finish what is in flight, stop listening, close the database."""
        self.clock_watch.stop()
        self.scheduler.pause()
        self.worker.stop_claiming()
        with suppress(Unavailable):
            self.gap_detector.stop()
        for receiver in reversed(self.receivers):
            receiver.stop()
        self.gateway.replies.responder.close()
        self.worker.stop()
        self.scheduler.stop()
        self.degraded_mode.close()
        self.store.close()
