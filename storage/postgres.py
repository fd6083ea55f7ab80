"""Transactions on PostgreSQL: in the caller's own thread, run again where the database asks for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

T = TypeVar("T")

# Two transactions that lock two chains in opposite order; PostgreSQL ends one of them and says which.
_AGAIN: Final = frozenset({"40001", "40P01"})
_ATTEMPTS: Final = 5


class PostgresTransactions:
    """Runs works in transactions of their own; row locks keep those of one chain in order."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._snapshots = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def write(self, work: Callable[[Connection], T], *, first: bool = True) -> T:
        """Run the work in a transaction; PostgreSQL needs no order between commands and captures."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._once(work)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in _AGAIN:
                    raise
        return self._once(work)

    def _once(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a reading against one committed state."""
        with self._snapshots.begin() as connection:
            return work(connection)

    def truncate_log(self) -> None:
        """Do nothing: what PostgreSQL keeps of deleted rows goes with its own vacuum, which the docs say."""

    def close(self) -> None:
        """Do nothing: no thread was started."""
