"""Prometheus metrics: counters of this process, and gauges read from the database and the spool at each scrape.

Every instance has a registry of its own. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest

from bot.spool.segment import PENDING
from bot.spool.spool import Spool
from storage.database.time_limit import time_limit
from storage.errors import Unavailable
from storage.store import Store

QUERY_TIMEOUT_S: Final = 1.0
_ACK_BUCKETS_S: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
_TOO_MANY: Final = "too_many"


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._acks = Histogram(
            "muster_ack_seconds",
            "From a listener's call to its acknowledgement.",
            ["kind"],
            buckets=_ACK_BUCKETS_S,
            registry=self.registry,
        )
        self._calls = Counter(
            "muster_slack_calls", "Calls to Slack by method and result.", ["method", "result"], registry=self.registry
        )
        self._rate_limited = Counter(
            "muster_slack_too_many", "Calls that Slack answered with 429.", ["method"], registry=self.registry
        )
        self._connections = Counter(
            "muster_slack_connections", "Connections that Slack opened.", registry=self.registry
        )

        self._clock_steps = Counter(
            "muster_clock_steps", "Steps of this machine's clock.", ["direction"], registry=self.registry
        )
        for direction in ("back", "forward"):
            self._clock_steps.labels(direction)
        self._clock_skew = Gauge(
            "muster_clock_skew_seconds", "How far this machine's clock is ahead of Slack's.", registry=self.registry
        )

    def observe_skew(self, seconds: Callable[[], float]) -> None:
        """Read the skew of the clock from `seconds` at each scrape."""
        self._clock_skew.set_function(seconds)

    def record_clock_step(self, direction: str) -> None:
        """Count a step of the clock, `back` or `forward`."""
        self._clock_steps.labels(direction).inc()

    def record_ack(self, kind: str, seconds: float) -> None:
        """Record the duration of a listener, whether or not it acknowledged."""
        self._acks.labels(kind).observe(seconds)

    def record_call(self, method: str, result: str) -> None:
        """Count a call to Slack."""
        self._calls.labels(method, result).inc()
        if result == _TOO_MANY:
            self._rate_limited.labels(method).inc()

    def count_connections(self, on_connected: Callable[[], None]) -> Callable[[], None]:
        """Return a callback that counts a connection, then calls `on_connected`. Every count after the first is a reconnect."""

        def counted() -> None:
            self._connections.inc()
            on_connected()

        return counted

    def exposition(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)


class StateCollector:
    """Gauges that are read from the database and the spool at each scrape."""

    def __init__(
        self, store: Store, spool: Spool, is_ready: Callable[[], bool], oldest_due: Callable[[], float]
    ) -> None:
        self._store = store
        self._spool = spool
        self._is_ready = is_ready
        self._oldest_due = oldest_due

    def describe(self) -> list[Metric]:
        """Return nothing, so that registering does not query the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every gauge; those of the jobs are missing while the database is unavailable."""
        availability = self._store.availability
        yield from self._jobs()
        yield _gauge(
            "muster_database_up",
            "Whether the database answered when it was last asked.",
            not availability.is_unavailable,
        )
        unavailable = CounterMetricFamily(
            "muster_database_unavailable_seconds", "For how long the database was unavailable."
        )
        unavailable.add_metric([], availability.seconds_unavailable)
        yield unavailable
        entries = CounterMetricFamily("muster_entries_appended", "Entries appended here, by kind.", labels=["kind"])
        for kind, count in self._store.appended_counts().items():
            entries.add_metric([kind], count)
        yield entries
        lines = GaugeMetricFamily("muster_spool_lines", "Records waiting in the spool, by kind.", labels=["kind"])
        for kind in sorted(PENDING):
            lines.add_metric([kind], self._spool.count(kind))
        yield lines
        yield _gauge("muster_spool_aside", "Spool lines that could not be recorded.", self._spool.quarantined())
        yield _gauge(
            "muster_record_problems",
            "What the database lacks or changed of what this machine saw.",
            len(self._store.high_water_mark.problems),
        )
        yield _gauge("muster_ready", "Whether /readyz reports ready.", self._is_ready())

    def _jobs(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("muster_jobs", "Jobs that are not done, by kind and state.", labels=["kind", "state"])
        try:
            with time_limit(QUERY_TIMEOUT_S):
                for (kind, state), count in self._store.jobs.counts().items():
                    jobs.add_metric([kind, state], count)
                oldest_due = self._oldest_due()
        except Unavailable:
            return
        yield jobs
        yield _gauge("muster_job_oldest_due_seconds", "Age of the job that has been due for longest.", oldest_due)


def _gauge(name: str, description: str, value: float) -> Metric:
    return GaugeMetricFamily(name, description, value=float(value))
