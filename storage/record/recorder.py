"""The recorder: runs work on the record in a transaction, and notifies the worker after the commit, never before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection

from incident.entry import IncidentKey
from incident.ports import Reader, UnitOfWork
from storage.database.commit_notifications import CommitNotifications
from storage.database.transactions import Transactions
from storage.record.chain_writer import Head
from storage.record.projections import projection
from storage.record.record_reader import SqlReader
from storage.record.unit_of_work import SqlUnitOfWork

T = TypeVar("T")


class SqlRecorder:
    """The SQL implementation of `incident.ports.Recorder`. `on_appended` gets the heads of chains after a commit."""

    def __init__(
        self,
        transactions: Transactions,
        notifications: CommitNotifications,
        team: str | None,
        on_appended: Callable[[Mapping[IncidentKey, Head | None]], None] = lambda heads: None,
    ) -> None:
        self._transactions = transactions
        self._notifications = notifications
        self._team = team
        self._on_appended = on_appended
        self._lock = Lock()
        self._appended: Counter[str] = Counter()

    def appended_counts(self) -> Mapping[str, int]:
        """Return the number of entries that this process appended, by kind."""
        with self._lock:
            return dict(self._appended)

    def transact(self, work: Callable[[UnitOfWork], T], *, first: bool = True) -> T:
        """Run the work, commit, and return its result; when it raises, the transaction is rolled back."""

        def run(connection: Connection) -> tuple[T, SqlUnitOfWork]:
            unit = SqlUnitOfWork(connection, self._team)
            result = work(unit)
            if unit.has_enqueued:
                self._notifications.announce(connection)
            return result, unit

        result, unit = self._transactions.write(run, first=first)
        if unit.appended:
            with self._lock:
                self._appended.update(unit.appended)
            self._on_appended(unit.heads)
        if unit.redacted:
            projection.clear_caches()
            self._transactions.truncate_log()
        if unit.has_enqueued:
            self._notifications.notify()
        return result

    def read(self, work: Callable[[Reader], T]) -> T:
        """Run the work against the last committed state."""
        return self._transactions.read(lambda connection: work(SqlReader(connection, self._team)))
