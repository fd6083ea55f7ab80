"""How Muster is, for whoever watches over it: alive, and ready to do its work. Asks; mends nothing.

`alive` is about this process alone, so that a database or a Slack in trouble gets nobody restarted. `checks` is about
all that the work needs, each with what is wrong in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.clock import Clock
from bot.monitoring.metrics import PATIENCE_S, Metrics, StateCollector
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
    """One thing that the work needs, and what is so."""

    name: str
    is_well: bool
    said: str


@dataclass
class Health:
    """Looks at one running Muster. `is_connected` tells whether what Slack sends reaches us."""

    store: Store
    spool: Spool
    worker: Worker
    clock: Clock
    counts: Metrics
    is_connected: Callable[[], bool]

    def __post_init__(self) -> None:
        self.counts.registry.register(StateCollector(self.store, self.spool, self.is_ready, self.oldest_due))

    def is_alive(self) -> bool:
        """Tell whether this process works; one that was started and whose loop has ended is to be restarted."""
        return self.worker.is_alive()

    def is_ready(self) -> bool:
        """Tell whether everything is as it should be."""
        return all(check.is_well for check in self.checks())

    def page(self) -> bytes:
        """Write what is counted."""
        return self.counts.page()

    def checks(self) -> tuple[Check, ...]:
        """Look at everything, within about a second."""
        slack = Check("slack", connected := self.is_connected(), "connected" if connected else "not connected")
        return (slack, *self._of_database(), self._of_tick(), self._of_spool())

    def oldest_due(self) -> float:
        """Give for how many seconds the oldest job has been due."""
        now = self.clock.now()
        due_at = self.store.jobs.oldest_due(now)
        return (now - due_at).total_seconds() if due_at else 0.0

    def _of_database(self) -> tuple[Check, ...]:
        try:
            with time_limit(PATIENCE_S):
                revision = self.store.transactions.read(schema.current)
                oldest = self.oldest_due()
        except Unavailable as absent:
            return (Check("database", False, absent.why),)
        except StorageError as wrong:
            return (Check("database", False, str(wrong)),)
        absence = self.store.availability
        late = oldest > LATE_JOB.total_seconds()
        return (
            Check("database", not absence.is_on, absence.why if absence.is_on else "answers"),
            Check("schema", revision == schema.HEAD, revision or "none"),
            Check("jobs", not late, f"the oldest has been due for {oldest:.0f} s"),
        )

    def _of_tick(self) -> Check:
        looked_at = self.worker.looked_at
        if looked_at is None:
            return Check("tick", False, "never")
        age = self.clock.now() - looked_at
        return Check("tick", age <= LATE_TICK, f"{age.total_seconds():.0f} s ago")

    def _of_spool(self) -> Check:
        waiting, aside = self.spool.count(), self.spool.aside()
        return Check("spool", not waiting and not aside, f"{waiting} lines wait, {aside} are put aside")
