"""What a database is to the rest of storage: a place to write in turn and to read from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine

from storage.database.postgresql import PostgresTransactions
from storage.database.sqlite_writer import SqliteWriter

T = TypeVar("T")


class Transactions(Protocol):
    """Runs works in transactions; nothing of a work that raises is kept."""

    def write(self, work: Callable[[Connection], T], *, first: bool = True) -> T:
        """Run the work, commit, and give its result."""

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a reading against one committed state."""

    def truncate_log(self) -> None:
        """See to it that deleted words leave the database's log."""

    def close(self) -> None:
        """Finish what waits, then stop."""


def transactions_of(engine: Engine) -> Transactions:
    """Give the way in which this database is written."""
    return SqliteWriter(engine) if engine.dialect.name == "sqlite" else PostgresTransactions(engine)
