"""Whether the database takes anything now, and since when it does not. Knows the errors by which databases say so.

Everything that storage does passes here: an error that means that the database is absent becomes `Unavailable`, and a
short while after it nobody who is in a hurry asks again.
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

ASKED_AGAIN_AFTER_S: Final = 1.0
_AT_ONCE_S: Final = 0.25
_SQLITE: Final = {
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
_STILL_READ: Final = frozenset({"read_only", "full", "locked"})
# The first characters of a SQLSTATE; the longest that fits decides.
_POSTGRES: Final = {
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
    """Say in a word why the database cannot take this now, or None when the error means something else."""
    if isinstance(error, PoolTimeout):
        return "slow"
    if not isinstance(error, DBAPIError):
        return None
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get((getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF)
    state = str(getattr(cause, "sqlstate", None) or "")
    for length in range(len(state), 1, -1):
        if state[:length] in _POSTGRES:
            return _POSTGRES[state[:length]]
    lost = error.connection_invalidated or (not state and isinstance(error, OperationalError | InterfaceError))
    return "gone" if lost else None


@contextmanager
def translate_errors() -> Iterator[None]:
    """Let an error that means that the database is absent out as Unavailable, and any other as it is."""
    try:
        yield
    except SQLAlchemyError as error:
        why = unavailable_reason(error)
        if why is None:
            raise
        raise Unavailable(why) from error


class Availability:
    """Since when the database is absent and why, and for how long it has been in all."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._since: float | None = None
        self._kept_waiting: float | None = None
        self._before = 0.0
        self._reads_do = False
        self.why = ""

    def begin(self, why: str, *, writing: bool, took: float) -> None:
        """Note that it was asked and is absent, and how long that took to find out."""
        now = time.monotonic()
        with self._lock:
            self._kept_waiting = now if took > _AT_ONCE_S else self._kept_waiting
            self._reads_do = why in _STILL_READ if writing else False
            self._since = now if self._since is None else self._since
            self.why = why

    def end(self, *, writing: bool) -> None:
        """Note that it answered. What can only be read is absent until it can be written."""
        if self._since is None or (self._reads_do and not writing):
            return
        with self._lock:
            self._before += time.monotonic() - self._since if self._since is not None else 0.0
            self._since = None

    @property
    def is_on(self) -> bool:
        """Tell whether it was absent when it was last asked."""
        return self._since is not None

    @property
    def seconds(self) -> float:
        """Give for how many seconds it has been absent since this process began."""
        with self._lock:
            return self._before + (time.monotonic() - self._since if self._since is not None else 0.0)

    def spare_the_hurried(self) -> None:
        """Raise Unavailable at once for somebody in a hurry, when it kept another one waiting a moment ago."""
        if seconds_left() is None or self._since is None or self._kept_waiting is None:
            return
        if time.monotonic() - self._kept_waiting < ASKED_AGAIN_AFTER_S:
            raise Unavailable(self.why)


class MonitoredTransactions:
    """Runs works as another one does, and says `Unavailable` for every way in which a database is absent."""

    def __init__(self, inner: Transactions, absence: Availability) -> None:
        self._inner = inner
        self._absence = absence

    def write(self, work: Callable[[Connection], T], *, first: bool = True) -> T:
        """Run the work in a transaction, commit, and give its result."""
        return self._watch(lambda: self._inner.write(work, first=first), writing=True)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a reading against one committed state."""
        return self._watch(lambda: self._inner.read(work), writing=False)

    def truncate_log(self) -> None:
        """See to it that deleted words leave the database's log."""
        self._inner.truncate_log()

    def close(self) -> None:
        """Finish what waits, then stop."""
        self._inner.close()

    def _watch(self, do: Callable[[], T], *, writing: bool) -> T:
        self._absence.spare_the_hurried()
        asked = time.monotonic()
        try:
            with translate_errors():
                result = do()
        except Unavailable as absent:
            self._absence.begin(absent.why, writing=writing, took=time.monotonic() - asked)
            raise
        self._absence.end(writing=writing)
        return result
