"""Copy of every row from one database to another, on either dialect. The triggers of the target stay active.

Each entry is followed by its redactable text at once, as the triggers require.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, text
from sqlmodel import SQLModel

from storage.jobs.job_table import JOB
from storage.record.entry_rows import select_rows
from storage.tables import BODY, ENTRY

_BATCH: Final = 500
_POSITION: Final = ("team", "incident", "n")
_TEXT: Final = ("salt", "words")


def copy_rows(source: Connection, target: Connection) -> int:
    """Copy every row into a migrated, empty database, and return the number of entries."""
    for table in SQLModel.metadata.sorted_tables:
        if table not in (ENTRY, BODY):
            for rows in _batches(source, select(table)):
                target.execute(insert(table), rows)
    copied = _copy_entries(source, target)
    if target.dialect.name == "postgresql":
        _set_job_sequence(target)
    return copied


def _batches(source: Connection, query: Any) -> Iterator[list[dict[str, Any]]]:
    with source.execute(query, execution_options={"yield_per": _BATCH}) as result:
        yield from ([dict(row) for row in batch] for batch in result.mappings().partitions(_BATCH))


def _copy_entries(source: Connection, target: Connection) -> int:
    copied = 0
    for rows in _batches(source, select_rows()):
        pending: list[Mapping[str, Any]] = []
        for row in rows:
            words = {name: row.pop(name) for name in _TEXT}
            pending.append(row)
            if words["words"] is not None:
                target.execute(insert(ENTRY), pending)
                target.execute(insert(BODY), {name: row[name] for name in _POSITION} | words)
                pending = []
        if pending:
            target.execute(insert(ENTRY), pending)
        copied += len(rows)
    return copied


def _set_job_sequence(target: Connection) -> None:
    """Set PostgreSQL's job sequence to the last copied id, since inserts with an id do not advance it."""
    last = target.execute(select(func.max(JOB.c.id))).scalar_one()
    if last is not None:
        target.execute(text("SELECT setval(pg_get_serial_sequence('job', 'id'), :last)"), {"last": last})
