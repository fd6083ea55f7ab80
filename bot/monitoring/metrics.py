"""What is counted while Muster runs, for Prometheus. Counts only; whoever counts says what happened.

Every Muster has a registry of its own. What the database and the spool know is asked when somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest

from bot.spool.segment import WAITS
from bot.spool.spool import Spool
from storage.database.time_limit import time_limit
from storage.errors import Unavailable
from storage.store import Store

PATIENCE_S: Final = 1.0
_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
_TOO_MANY: Final = "too_many"


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._acks = Histogram(
            "muster_ack_seconds",
            "From a listener's call to its acknowledgement.",
            ["kind"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._calls = Counter(
            "muster_slack_calls", "Calls to Slack by method and result.", ["method", "result"], registry=self.registry
        )
        self._limited = Counter(
            "muster_slack_too_many", "Calls that Slack answered with 429.", ["method"], registry=self.registry
        )
        self._connected = Counter(
            "muster_slack_connections", "Connections on which Slack greeted us.", registry=self.registry
        )

    def acked(self, kind: str, seconds: float) -> None:
        """Count an acknowledgement, or a listener that ended in none."""
        self._acks.labels(kind).observe(seconds)

    def called(self, method: str, result: str) -> None:
        """Count a call to Slack."""
        self._calls.labels(method, result).inc()
        if result == _TOO_MANY:
            self._limited.labels(method).inc()

    def counting_connections(self, greeted: Callable[[], None]) -> Callable[[], None]:
        """Give what counts a greeting of Slack, then does what it asks for; the second greeting is a reconnect."""

        def counted() -> None:
            self._connected.inc()
            greeted()

        return counted

    def page(self) -> bytes:
        """Write everything as Prometheus reads it."""
        return generate_latest(self.registry)


class StateCollector:
    """What is asked of the database and the spool when somebody looks."""

    def __init__(self, store: Store, spool: Spool, is_ready: Callable[[], bool], oldest: Callable[[], float]) -> None:
        self._store = store
        self._spool = spool
        self._is_ready = is_ready
        self._oldest = oldest

    def describe(self) -> list[Metric]:
        """Say nothing beforehand, so that to register asks nothing of the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Ask; while the database is absent, tell that, and the rest without it."""
        absence = self._store.availability
        yield from self._jobs()
        yield _one("muster_database_up", "Whether the database answered when it was last asked.", not absence.is_on)
        gone = CounterMetricFamily("muster_database_unavailable_seconds", "For how long the database was absent.")
        gone.add_metric([], absence.seconds)
        yield gone
        entries = CounterMetricFamily("muster_entries_appended", "Entries appended here, by kind.", labels=["kind"])
        for kind, count in self._store.appended_counts().items():
            entries.add_metric([kind], count)
        yield entries
        lines = GaugeMetricFamily("muster_spool_lines", "What waits on disk, by kind.", labels=["kind"])
        for waits in sorted(WAITS):
            lines.add_metric([waits], self._spool.count(waits))
        yield lines
        yield _one("muster_spool_aside", "Lines that could not be recorded.", self._spool.aside())
        yield _one("muster_ready", "Whether /readyz says yes.", self._is_ready())

    def _jobs(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("muster_jobs", "Jobs that are not done, by kind and state.", labels=["kind", "state"])
        try:
            with time_limit(PATIENCE_S):
                for (kind, state), count in self._store.jobs.counts().items():
                    jobs.add_metric([kind, state], count)
                oldest = self._oldest()
        except Unavailable:
            return
        yield jobs
        yield _one("muster_job_oldest_due_seconds", "Age of the job that has been due for longest.", oldest)


def _one(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(name, said, value=float(value))
