"""SQLite as Muster uses it: transactions begin at once, with or without the writing lock, and an index can be named.

Knows no table.

The driver begins late and commits early, so its own way is switched off and BEGIN is ours. It stands in the dialect and
not in an event of the engine: with one event listened to, SQLAlchemy asks for all of them at every statement.
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
    """Begin a transaction that writes, on any database; on SQLite one that begins otherwise only reads."""
    token = _WRITES.set(True)
    try:
        return connection.begin()
    finally:
        _WRITES.reset(token)


def by_index(name: str) -> tuple[str, str]:
    """Give what `with_hint` takes to have SQLite look things up in this index.

    SQLite keeps no statistics that it was not asked for, and without them prefers to walk a whole chain, or all
    incidents, rather than look up a message in an index of four columns. On another database this says nothing.
    """
    return f"INDEXED BY {name}", "sqlite"


class Compiler(SQLiteCompiler):
    """Puts a hint behind the table it is for, as SQLite wants its INDEXED BY."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        """Give the hint as it is."""
        return text


class MusterSqlite(SQLiteDialect_pysqlite):
    """SQLite with our BEGIN and with hints."""

    supports_statement_cache = True
    statement_compiler = Compiler

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin now: who reads first and writes later cannot be made to wait, so writers take the lock at once."""
        left = seconds_left()
        longest = BUSY_TIMEOUT_MS if left is None else min(BUSY_TIMEOUT_MS, int(left * 1000))
        driver = dbapi_connection.driver_connection
        driver.execute(f"PRAGMA busy_timeout = {longest}")
        driver.execute("BEGIN IMMEDIATE" if _WRITES.get() else "BEGIN")


registry.register("sqlite.muster", __name__, MusterSqlite.__name__)
