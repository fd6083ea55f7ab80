"""Copies every row from one database to another, whichever kind each is. The guards of the target watch.

Each entry is followed by its words at once, so a copy holds nothing that could not have been recorded in that order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, text
from sqlmodel import SQLModel

from storage.jobs.job_table import JOB
from storage.record.entry_rows import select_stored
from storage.tables import BODY, ENTRY

_AT_ONCE: Final = 500
_PLACE: Final = ("team", "incident", "n")
_WORDS: Final = ("salt", "words")


def copy_rows(source: Connection, target: Connection) -> int:
    """Copy everything into a database that has the tables and nothing in them; tell how many entries there were."""
    for table in SQLModel.metadata.sorted_tables:
        if table not in (ENTRY, BODY):
            for some in _in_parts(source, select(table)):
                target.execute(insert(table), some)
    copied = _copy_entries(source, target)
    if target.dialect.name == "postgresql":
        _count_on(target)
    return copied


def _in_parts(source: Connection, wanted: Any) -> Iterator[list[dict[str, Any]]]:
    with source.execute(wanted, execution_options={"yield_per": _AT_ONCE}) as result:
        yield from ([dict(row) for row in part] for part in result.mappings().partitions(_AT_ONCE))


def _copy_entries(source: Connection, target: Connection) -> int:
    copied = 0
    for some in _in_parts(source, select_stored()):
        waiting: list[Mapping[str, Any]] = []
        for row in some:
            words = {name: row.pop(name) for name in _WORDS}
            waiting.append(row)
            if words["words"] is not None:
                target.execute(insert(ENTRY), waiting)
                target.execute(insert(BODY), {name: row[name] for name in _PLACE} | words)
                waiting = []
        if waiting:
            target.execute(insert(ENTRY), waiting)
        copied += len(some)
    return copied


def _count_on(target: Connection) -> None:
    """Let PostgreSQL number jobs after the last one that was copied, since rows that bring a number do not count."""
    last = target.execute(select(func.max(JOB.c.id))).scalar_one()
    if last is not None:
        target.execute(text("SELECT setval(pg_get_serial_sequence('job', 'id'), :last)"), {"last": last})
