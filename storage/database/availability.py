"""Availability of the database: which errors mean that it is unavailable, and since when it has been.

`MonitoredTransactions` wraps every transaction of storage. It turns such errors into `Unavailable`. After a slow
failure, callers with a time limit fail at once for a second instead of waiting again.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage.database.time_limit import seconds_left
from storage.database.transactions import Transactions
from storage.errors import Unavailable

T = TypeVar("T")

FAIL_FAST_S: Final = 1.0
_SLOW_FAILURE_S: Final = 0.25
_SQLITE_REASONS: Final = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_PERM: "read_only",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "broken",
    sqlite3.SQLITE_CORRUPT: "broken",
    sqlite3.SQLITE_NOTADB: "broken",
    sqlite3.SQLITE_CANTOPEN: "gone",
    sqlite3.SQLITE_NOMEM: "full",
}
_READS_STILL_WORK: Final = frozenset({"read_only", "full", "locked"})
# Prefixes of SQLSTATE codes; the longest match decides.
_POSTGRESQL_REASONS: Final = {
    "08": "gone",
    "25006": "read_only",
    "25P03": "slow",
    "25P04": "slow",
    "53": "full",
    "55P03": "slow",
    "57014": "slow",
    "57P": "gone",
    "58": "broken",
    "XX001": "broken",
}


def unavailable_reason(error: SQLAlchemyError) -> str | None:
    """Return one word for why the database is unavailable, or None when the error means something else."""
    if isinstance(error, PoolTimeout):
        return "slow"
    if not isinstance(error, DBAPIError):
        return None
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _SQLITE_REASONS.get((getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF)
    sqlstate = str(getattr(cause, "sqlstate", None) or "")
    for length in range(len(sqlstate), 1, -1):
        if sqlstate[:length] in _POSTGRESQL_REASONS:
            return _POSTGRESQL_REASONS[sqlstate[:length]]
    lost = error.connection_invalidated or (not sqlstate and isinstance(error, OperationalError | InterfaceError))
    return "gone" if lost else None


@contextmanager
def translate_errors() -> Iterator[None]:
    """Re-raise errors that mean an unavailable database as `Unavailable`, and all others unchanged."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = unavailable_reason(error)
        if reason is None:
            raise
        raise Unavailable(reason) from error


class Availability:
    """Whether the database is unavailable, why, and for how many seconds it has been since the process started."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._since: float | None = None
        self._slow_failure_at: float | None = None
        self._earlier_seconds = 0.0
        self._reads_still_work = False
        self.why = ""

    def record_failure(self, why: str, *, writing: bool, took: float) -> None:
        """Record that the database is unavailable, and how many seconds the failed call took."""
        now = time.monotonic()
        with self._lock:
            self._slow_failure_at = now if took > _SLOW_FAILURE_S else self._slow_failure_at
            self._reads_still_work = why in _READS_STILL_WORK if writing else False
            self._since = now if self._since is None else self._since
            self.why = why

    def record_success(self, *, writing: bool) -> None:
        """Record that a call succeeded. A database that fails writes only is unavailable until a write succeeds."""
        if self._since is None or (self._reads_still_work and not writing):
            return
        with self._lock:
            self._earlier_seconds += time.monotonic() - self._since if self._since is not None else 0.0
            self._since = None

    @property
    def is_unavailable(self) -> bool:
        """True if the last call failed."""
        return self._since is not None

    @property
    def seconds_unavailable(self) -> float:
        """Seconds of unavailability since the process started."""
        with self._lock:
            return self._earlier_seconds + (time.monotonic() - self._since if self._since is not None else 0.0)

    def fail_fast(self) -> None:
        """Raise `Unavailable` at once for a caller with a time limit when a call failed slowly a moment ago."""
        if seconds_left() is None or self._since is None or self._slow_failure_at is None:
            return
        if time.monotonic() - self._slow_failure_at < FAIL_FAST_S:
            raise Unavailable(self.why)


class MonitoredTransactions:
    """Transactions that raise `Unavailable` for every kind of database failure and record it in `Availability`."""

    def __init__(self, inner: Transactions, availability: Availability) -> None:
        self._inner = inner
        self._availability = availability

    def write(self, work: Callable[[Connection], T], *, first: bool = True) -> T:
        """Run the work in a transaction, commit, and return its result."""
        return self._monitor(lambda: self._inner.write(work, first=first), writing=True)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run the work against one committed snapshot and return its result."""
        return self._monitor(lambda: self._inner.read(work), writing=False)

    def truncate_log(self) -> None:
        """Have deleted text removed from the database's log."""
        self._inner.truncate_log()

    def close(self) -> None:
        """Finish queued work, then stop."""
        self._inner.close()

    def _monitor(self, call: Callable[[], T], *, writing: bool) -> T:
        self._availability.fail_fast()
        started = time.monotonic()
        try:
            with translate_errors():
                result = call()
        except Unavailable as error:
            self._availability.record_failure(error.why, writing=writing, took=time.monotonic() - started)
            raise
        self._availability.record_success(writing=writing)
        return result
