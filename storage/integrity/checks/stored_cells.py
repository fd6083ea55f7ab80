"""Reads stored cells as they are, of whatever type, so that no content of a column can stop a check. Knows no rule.

SQLite keeps any type in any column, and bytes that are no UTF-8 in a text. Such text is read as bytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, TextClause, text
from sqlalchemy.exc import DBAPIError

from incident.entry import IncidentKey

Cells = Sequence[Any]
_CHUNK: Final = 100
_ENTRY_COLUMNS: Final = "e.n, e.kind, e.recorded_at, e.channel, e.ts, e.text, e.prev, e.hash, b.salt, b.words"
_CHAIN: Final = text(
    f"SELECT {_ENTRY_COLUMNS} FROM entry e "  # noqa: S608 - constants only
    "LEFT JOIN body b ON b.team = e.team AND b.incident = e.incident AND b.n = e.n "
    "WHERE e.team = :team AND e.incident = :incident ORDER BY e.n"
)
_LATER: Final = text(str(_CHAIN).replace("ORDER BY", "AND e.n > :after ORDER BY"))


def read_cells(connection: Connection, query: str, **parameters: object) -> list[Cells]:
    """Return the rows of a query in plain SQL, each cell as it is stored."""
    with _any_bytes(connection):
        return [tuple(row) for row in connection.execute(_statement(query), parameters)]


@lru_cache
def _statement(query: str) -> TextClause:
    """Return the statement of a query; a chain asks a handful of them, and parsing one costs as much as running it."""
    return text(query)


def entry_cells(connection: Connection, key: IncidentKey, after: int = 0) -> Iterator[Cells]:
    """Yield the entries of a chain in order, from the one after `after`: number, columns, text, hashes, salt and words."""
    chain = {"team": key.team, "incident": key.id}
    query, parameters = (_LATER, {**chain, "after": after}) if after else (_CHAIN, chain)
    last = after
    rows = connection.execute(query, parameters, execution_options={"yield_per": _CHUNK})
    try:
        for some in _chunks(rows):
            for row in some:
                last = row[0]
                yield row
    except (DBAPIError, sqlite3.Error):
        # The driver decodes every text as UTF-8 and stops at one that is not. It is read again as it is.
        with _any_bytes(connection):
            rest = [tuple(row) for row in connection.execute(_LATER, {**chain, "after": last})]
        yield from rest
    finally:
        rows.close()


def _chunks(rows: CursorResult[Any]) -> Iterator[Sequence[Cells]]:
    """Yield rows in chunks; those of SQLite come straight from its driver, in half the time."""
    if isinstance(rows.cursor, sqlite3.Cursor):
        while some := rows.cursor.fetchmany(_CHUNK):
            yield some
    else:
        yield from rows.partitions(_CHUNK)


def columns_of(table: str) -> str:
    """Return the columns of a table for a query in plain SQL, in their order."""
    from sqlmodel import SQLModel

    return ", ".join(f'"{column.name}"' for column in SQLModel.metadata.tables[table].columns)


def are_text(*cells: object) -> bool:
    """True if every cell is text."""
    return all(type(cell) is str for cell in cells)


def are_numbers(*cells: object) -> bool:
    """True if every cell is a whole number."""
    return all(type(cell) is int for cell in cells)


def shown(cell: object) -> str:
    """Return a cell for a message, shortened."""
    return str(cell)[:40] if isinstance(cell, str | int) else repr(cell)[:40]


@contextmanager
def _any_bytes(connection: Connection) -> Iterator[None]:
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    usual, driver.text_factory = driver.text_factory, _text_or_bytes
    try:
        yield
    finally:
        driver.text_factory = usual


def _text_or_bytes(stored: bytes) -> str | bytes:
    try:
        return stored.decode("utf-8")
    except UnicodeDecodeError:
        return stored
