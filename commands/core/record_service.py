"""The record of one workspace as every entry point uses it: recorder, policy in force and clock, bound once.

Knows `run` and `capture`, the two entry points, and what follows from time and from jobs; decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from commands.core import run
from commands.core.capture import Capture, capture_all, capture_into
from commands.core.intake.alert_capture import capture_alerts
from commands.core.request import Request
from incident.entries.delivery import ChannelMade
from incident.entry import Fact, IncidentKey
from incident.policy import Policy
from incident.ports import Outcome, Reader, Recorder
from organisation.entries.event_changes import EventRejected
from organisation.model.alert import Delivery

T = TypeVar("T")


class PolicyVersion(Protocol):
    """One text of the policy: its content, and the hash that incidents keep of it."""

    @property
    def policy(self) -> Policy:
        """The content."""

    @property
    def hash(self) -> str:
        """The SHA-256 of the text."""


class PolicySource(Protocol):
    """Where the policy in force is read; content and hash come as one value, so that they always belong together."""

    @property
    def loaded(self) -> PolicyVersion:
        """The version in force now."""


class Clock(Protocol):
    """The clock of the process."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""


@dataclass(frozen=True)
class FixedPolicy:
    """A policy that never changes while the process runs."""

    policy: Policy
    hash: str = "0" * 64

    @property
    def loaded(self) -> FixedPolicy:
        """Return the policy itself."""
        return self


@dataclass(frozen=True)
class RecordService:
    """Changes and reads the record of one workspace. Safe to call from any thread."""

    recorder: Recorder
    active: PolicySource
    clock: Clock

    def run(self, request: Request, *, channel: ChannelMade | None = None) -> Outcome:
        """Run a request. `channel` is the channel of an incident that had one before it could be recorded."""
        active = self.active.loaded
        return run.run(request, recorder=self.recorder, policy=active.policy, policy_hash=active.hash, channel=channel)

    def capture(self, many: Sequence[Capture]) -> Sequence[Outcome | None]:
        """Record captures in one transaction; an outcome is None where the channel is no incident's."""
        return capture_all(many, recorder=self.recorder, policy=self.policy, at=self.clock.now())

    def capture_into(self, key: IncidentKey, one: Capture) -> Outcome:
        """Record a capture from before the incident had a channel."""
        return capture_into(key, one, recorder=self.recorder, policy=self.policy, at=self.clock.now())

    def capture_alerts(self, team: str, many: Sequence[Delivery], rejected: Sequence[EventRejected] = ()) -> Outcome:
        """Record what sources of alerts delivered, and the requests that were rejected, in one transaction."""
        return capture_alerts(
            many, rejected, team=team, recorder=self.recorder, policy=self.policy, at=self.clock.now()
        )

    def note(
        self, key: IncidentKey, facts: Sequence[Fact], job: str, *, happened_at: datetime | None = None
    ) -> Outcome:
        """Record what a job did, once per `job`; it happened now unless `happened_at` is earlier."""
        return run.note_outcome(
            key,
            facts,
            job=job,
            recorder=self.recorder,
            policy=self.policy,
            at=self.clock.now(),
            happened_at=happened_at,
        )

    def tick(self, key: IncidentKey) -> Outcome:
        """Record the deadlines of an incident that have passed, and ask for what is due now."""
        return run.tick(key, recorder=self.recorder, policy=self.policy, at=self.clock.now())

    def read(self, work: Callable[[Reader], T]) -> T:
        """Return what `work` reads from the last committed state."""
        return self.recorder.read(work)

    @property
    def policy(self) -> Policy:
        """The content of the policy in force."""
        return self.active.loaded.policy
