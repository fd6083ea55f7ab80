"""One running Muster: what listens, what works, what wakes. Starts and stops them in order; builds none of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.config.policy_loader import ActivePolicy
from bot.config.yaml_positions import ConfigError
from bot.scheduler import Scheduler
from bot.slack.capture.gap_detector import GapDetector
from bot.slack.degraded.degraded_mode import DegradedMode
from bot.slack.gateway.gateway import SlackGateway
from bot.worker.worker import Worker
from storage.errors import Unavailable
from storage.integrity.signing_keys import Signer
from storage.store import Store


class Receiver(Protocol):
    """Something that takes what Slack sends."""

    def start(self) -> None:
        """Begin to take it, and return."""

    def stop(self) -> None:
        """Take nothing more."""

    def is_connected(self) -> bool:
        """Tell whether what Slack sends reaches us here."""


@dataclass(frozen=True)
class Application:
    """Everything that runs, and what it runs on.

    `wrong` is what is wrong with the policy file, if it was left aside; `workspace` is what people call theirs.
    """

    gateway: SlackGateway
    store: Store
    active: ActivePolicy
    worker: Worker
    scheduler: Scheduler
    presence: GapDetector
    listening: Sequence[Receiver]
    going_on: DegradedMode
    signer: Signer | None
    wrong: tuple[ConfigError, ...] = ()
    workspace: str = ""

    def listen(self) -> None:
        """Take what Slack sends, after noting since when nobody took it."""
        self.going_on.draining.prepare()
        with suppress(Unavailable):
            self.presence.begin()
        for one in self.listening:
            one.start()

    def work(self) -> None:
        """Do what is due whenever it is due, on threads of its own."""
        self.worker.start()
        self.worker.wake()
        self.scheduler.start()

    def start(self) -> None:
        """Work and listen."""
        self.work()
        self.listen()

    def drain(self, now: datetime) -> int:
        """Do what is due at a moment and wait for it; give how many jobs were done."""
        return self.worker.drain(now)

    def stop(self) -> None:
        """Claim nothing more, finish what is in flight, stop listening, let go of the database."""
        self.scheduler.pause()
        self.worker.stop_claiming()
        with suppress(Unavailable):
            self.presence.end()
        for one in self.listening:
            one.stop()
        self.gateway.replies.responder.close()
        self.worker.stop()
        self.scheduler.stop()
        self.going_on.close()
        self.store.close()
