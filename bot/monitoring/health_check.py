"""Health of one instance for monitoring: whether it is alive, and whether it is ready. Knows no HTTP.

`is_alive` is about this process alone, so that an outage of the database or of Slack restarts no process. `checks`
covers everything the work needs, each with its state in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.clock import Clock
from bot.monitoring.clock_watch import ClockWatch
from bot.monitoring.metrics import QUERY_TIMEOUT_S, Metrics, StateCollector
from bot.spool.spool import Spool
from bot.worker.worker import Worker
from storage.database import schema
from storage.database.time_limit import time_limit
from storage.errors import StorageError, Unavailable
from storage.store import Store

LATE_TICK: Final = timedelta(seconds=15)
LATE_JOB: Final = timedelta(minutes=2)


@dataclass(frozen=True)
class Check:
    """The state of one thing the work needs, in words."""

    name: str
    is_well: bool
    detail: str


@dataclass
class Health:
    """Health checks of one running Muster. `is_connected` is True while Slack's requests and events reach it.

    `waits_because` returns why the start waits for Slack, or an empty text.
    """

    store: Store
    spool: Spool
    worker: Worker
    clock: Clock
    metrics: Metrics
    is_connected: Callable[[], bool]
    waits_because: Callable[[], str] = lambda: ""
    clock_watch: ClockWatch | None = None

    def __post_init__(self) -> None:
        self.metrics.registry.register(StateCollector(self.store, self.spool, self.is_ready, self.oldest_due))

    def is_alive(self) -> bool:
        """True until the worker's loop has ended; a process that is not alive should be restarted."""
        return self.worker.is_alive()

    def is_ready(self) -> bool:
        """True if every check passes."""
        return all(check.is_well for check in self.checks())

    def exposition(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        return self.metrics.exposition()

    def checks(self) -> tuple[Check, ...]:
        """Check Slack, database, schema, jobs, record, tick, spool and clock, within about a second."""
        checks = (
            self._check_slack(),
            *self._check_database(),
            self._check_record(),
            self._check_tick(),
            self._check_spool(),
        )
        return checks if self.clock_watch is None else (*checks, Check("clock", *self.clock_watch.state()))

    def oldest_due(self) -> float:
        """Return the age, in seconds, of the job that has been due longest."""
        now = self.clock.now()
        due_at = self.store.jobs.oldest_due(now)
        return (now - due_at).total_seconds() if due_at else 0.0

    def _check_slack(self) -> Check:
        if self.is_connected():
            return Check("slack", True, "connected")
        reason = self.waits_because()
        return Check("slack", False, f"waiting for Slack: {reason}" if reason else "not connected")

    def _check_database(self) -> tuple[Check, ...]:
        try:
            with time_limit(QUERY_TIMEOUT_S):
                revision = self.store.transactions.read(schema.current)
                oldest = self.oldest_due()
        except Unavailable as unavailable:
            return (Check("database", False, unavailable.why),)
        except StorageError as error:
            return (Check("database", False, str(error)),)
        availability = self.store.availability
        late = oldest > LATE_JOB.total_seconds()
        return (
            Check(
                "database",
                not availability.is_unavailable,
                availability.why if availability.is_unavailable else "answers",
            ),
            Check("schema", revision == schema.HEAD, revision or "none"),
            Check("jobs", not late, f"the oldest has been due for {oldest:.0f} s"),
        )

    def _check_record(self) -> Check:
        problems = self.store.high_water_mark.problems
        return Check("record", not problems, problems[0].what if problems else "holds what this machine saw")

    def _check_tick(self) -> Check:
        ticked_at = self.worker.looked_at
        if ticked_at is None:
            return Check("tick", False, "never")
        age = self.clock.now() - ticked_at
        return Check("tick", age <= LATE_TICK, f"{age.total_seconds():.0f} s ago")

    def _check_spool(self) -> Check:
        waiting, set_aside = self.spool.count(), self.spool.quarantined()
        return Check("spool", not waiting and not set_aside, f"{waiting} lines wait, {set_aside} could not be recorded")
