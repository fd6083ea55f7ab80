"""The transactions port of storage: serialised writes and snapshot reads on either database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine

from storage.database.postgresql import PostgresTransactions
from storage.database.sqlite_writer import SqliteWriter

T = TypeVar("T")


class Transactions(Protocol):
    """Runs work in transactions. A transaction whose work raises is rolled back."""

    def write(self, work: Callable[[Connection], T], *, first: bool = True) -> T:
        """Run the work in a transaction, commit, and return its result; `first` puts it ahead of captures."""

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run the work against one committed snapshot and return its result."""

    def truncate_log(self) -> None:
        """Have deleted text removed from the database's log."""

    def close(self) -> None:
        """Finish queued work, then stop."""


def transactions_of(engine: Engine) -> Transactions:
    """Return the transactions of this engine's database."""
    return SqliteWriter(engine) if engine.dialect.name == "sqlite" else PostgresTransactions(engine)
