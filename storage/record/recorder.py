"""Runs work on the record in a transaction and wakes the worker after the commit, never before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection

from incident.ports import Reader, UnitOfWork
from storage.database.commit_notifications import CommitNotifications
from storage.database.transactions import Transactions
from storage.record import projection
from storage.record.record_reader import SqlReader
from storage.record.unit_of_work import SqlUnitOfWork

T = TypeVar("T")


class SqlRecorder:
    """The door to the record, as `incident/ports.py` names it."""

    def __init__(self, transactions: Transactions, wake: CommitNotifications, team: str | None) -> None:
        self._transactions = transactions
        self._wake = wake
        self._team = team
        self._counting = Lock()
        self._appended: Counter[str] = Counter()

    def appended_counts(self) -> Mapping[str, int]:
        """Count the entries that this process appended, by kind."""
        with self._counting:
            return dict(self._appended)

    def transact(self, work: Callable[[UnitOfWork], T], *, first: bool = True) -> T:
        """Run the work, commit, and give its result; when it raises, nothing of it is kept."""

        def run(connection: Connection) -> tuple[T, SqlUnitOfWork]:
            unit = SqlUnitOfWork(connection, self._team)
            result = work(unit)
            if unit.woke:
                self._wake.announce(connection)
            return result, unit

        result, unit = self._transactions.write(run, first=first)
        if unit.appended:
            with self._counting:
                self._appended.update(unit.appended)
        if unit.forgot:
            projection.PARSED.forget()
            self._transactions.truncate_log()
        if unit.woke:
            self._wake.ring()
        return result

    def read(self, work: Callable[[Reader], T]) -> T:
        """Run a reading against the last committed state."""
        return self._transactions.read(lambda connection: work(SqlReader(connection, self._team)))
