"""Transactions on PostgreSQL: retried after serialisation failures and deadlocks, abandoned at the caller's time limit.

A server that stops responding blocks its client for longer than Slack waits. So work with a time limit runs on a thread
of a pool; when the limit passes, the caller goes on and the work is rolled back unless it was committed already.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from storage.database.engine import LOCK_WAIT_S
from storage.database.time_limit import Cancellation, seconds_left

T = TypeVar("T")

# Two transactions locked two chains in opposite order; PostgreSQL aborts one of them with these codes.
_RETRIED: Final = frozenset({"40001", "40P01"})
_ATTEMPTS: Final = 5
_POOL_THREADS: Final = 48
CLOSE_TIMEOUT_S: Final = 3
# A reader blocks no writer, only a schema change, so its transaction may stay idle for longer.
_LONG_IDLE: Final = text("SET LOCAL idle_in_transaction_session_timeout = '10min'")
_STATEMENT_TIMEOUTS: Final = text(
    "SELECT set_config('statement_timeout', :ms, true), set_config('lock_timeout', :lock_ms, true)"
)


class PostgresTransactions:
    """Runs each work in a transaction of its own; row locks order the transactions of one chain."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._snapshots = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._in_flight: set[Future[Any]] = set()
        self._pool = ThreadPoolExecutor(_POOL_THREADS, thread_name_prefix="time-limited")

    def write(self, work: Callable[[Connection], T], *, first: bool = True) -> T:
        """Run the work in a transaction; PostgreSQL needs no order between commands and captures, so `first` has no effect."""
        return self._within_limit(self._engine, work)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run the work against one committed snapshot and return its result."""
        return self._within_limit(self._snapshots, work)

    def truncate_log(self) -> None:
        """Do nothing: vacuum removes deleted rows, see docs/how-to/retention-and-keys.md."""

    def close(self) -> None:
        """Wait up to `CLOSE_TIMEOUT_S` for work in flight; work on a server that does not respond is abandoned."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait(list(self._in_flight), CLOSE_TIMEOUT_S)

    def _within_limit(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        seconds, cancellation = seconds_left(), Cancellation()
        if seconds is None:
            return _with_retries(engine, work, cancellation, None)
        future = self._pool.submit(_with_retries, engine, work, cancellation, seconds)
        self._in_flight.add(future)
        future.add_done_callback(self._in_flight.discard)
        try:
            return future.result(seconds)
        except FutureTimeout:
            future.cancel()
            raise cancellation.cancel() from None


def retry_aborted(transaction: Callable[[], T]) -> T:
    """Run a transaction, and run it again, up to five times, when PostgreSQL aborted it in favour of another."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return transaction()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in _RETRIED:
                raise
    return transaction()


def _with_retries(
    engine: Engine, work: Callable[[Connection], T], cancellation: Cancellation, seconds: float | None
) -> T:
    return retry_aborted(lambda: _once(engine, work, cancellation, seconds))


def _once(engine: Engine, work: Callable[[Connection], T], cancellation: Cancellation, seconds: float | None) -> T:
    cancellation.check()
    with engine.begin() as connection:
        if seconds is not None:
            ms = int(seconds * 1000) + 1
            lock_ms = min(ms, LOCK_WAIT_S * 1000)
            connection.execute(_STATEMENT_TIMEOUTS, {"ms": str(ms), "lock_ms": str(lock_ms)})
        elif engine.get_execution_options().get("postgresql_readonly"):
            connection.execute(_LONG_IDLE)
        result = work(connection)
        cancellation.check()
        return result
