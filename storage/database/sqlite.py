"""SQLite dialect: transactions begin explicitly, with or without the write lock, and a query can name its index.

Knows no table.

The driver begins late and commits early, so its transaction handling is off and the dialect sends BEGIN. An engine event
could do the same, but one registered event makes SQLAlchemy dispatch all of them at every statement.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Final

from sqlalchemy import Connection, FromClause, RootTransaction
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from storage.database.time_limit import seconds_left

BUSY_TIMEOUT_MS: Final = 15_000
DRIVER: Final = "sqlite+muster"
_WRITES: Final[ContextVar[bool]] = ContextVar("writes", default=False)


def begin_writing(connection: Connection) -> RootTransaction:
    """Begin a transaction that writes, on either database; on SQLite `connection.begin()` begins one that only reads."""
    token = _WRITES.set(True)
    try:
        return connection.begin()
    finally:
        _WRITES.reset(token)


def by_index(name: str) -> tuple[str, str]:
    """Return the arguments of `with_hint` that make SQLite use this index.

    Without statistics, which SQLite only collects on request, it prefers to scan a whole chain or all incidents over
    looking up a message in an index of four columns. PostgreSQL ignores the hint.
    """
    return f"INDEXED BY {name}", "sqlite"


class Compiler(SQLiteCompiler):
    """Compiler that places a hint after its table, where SQLite expects INDEXED BY."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        """Return the hint unchanged."""
        return text


class MusterSqlite(SQLiteDialect_pysqlite):
    """SQLite dialect with an explicit BEGIN and index hints."""

    supports_statement_cache = True
    statement_compiler = Compiler

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin the transaction; a writer takes the write lock at once, since a read lock cannot be upgraded safely."""
        left = seconds_left()
        timeout_ms = BUSY_TIMEOUT_MS if left is None else min(BUSY_TIMEOUT_MS, int(left * 1000))
        driver = dbapi_connection.driver_connection
        driver.execute(f"PRAGMA busy_timeout = {timeout_ms}")
        driver.execute("BEGIN IMMEDIATE" if _WRITES.get() else "BEGIN")


registry.register("sqlite.muster", __name__, MusterSqlite.__name__)
