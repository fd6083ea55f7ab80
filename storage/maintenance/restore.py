"""Puts a copy of the record in the place of a database, and proves what is there then. Never loses what it replaces.

On SQLite the replaced file is kept under another name; on PostgreSQL all of it happens in one transaction. What was
about to be sent when the copy was taken may have been sent after it, so every such job is marked as tried: it will be
looked up in Slack first.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, inspect, select, text, update
from sqlmodel import SQLModel

from storage.database import schema
from storage.database.engine import read_url
from storage.jobs.job_table import JOB, JobState
from storage.maintenance.backup import CannotCopy, clear, copy_file, settle
from storage.maintenance.row_copy import copy_rows
from storage.store import Store, open_store
from storage.tables import CHAIN, ENTRY

_RESTORING: Final = ".restoring"
_REPLACED: Final = ".replaced"
_OTHERS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)


@dataclass(frozen=True)
class Extent:
    """How far a record reaches: its entries, and when the last one was recorded."""

    entries: int
    until: datetime | None


@dataclass(frozen=True)
class Restored:
    """What was put back, and what it replaced. `kept_as` is the replaced file, where there is one."""

    now: Extent
    before: Extent
    kept_as: Path | None = None


def restore(url: str, file: Path, *, replace: bool) -> Restored:
    """Put a copy in the place of the database; one that holds entries gives way only when it is to be replaced."""
    if not file.exists():
        raise CannotCopy(f"there is no file {file}")
    address = read_url(url)
    to_file = address.get_backend_name() == "sqlite"
    before = _extent(url) if not to_file or Path(address.database or "").exists() else Extent(0, None)
    if before.entries and not replace:
        raise CannotCopy(f"the database holds {before.entries} entries; --replace puts the copy in their place")
    target = Path(address.database or "") if to_file else file.absolute()
    prepared = target.with_name(target.name + _RESTORING)
    try:
        now = _prepare(file, prepared)
        if not to_file:
            _put_rows(prepared, url)
            return Restored(now, before)
        return Restored(now, before, _put_file(prepared, target, before))
    finally:
        clear(prepared)


def _extent(url: str) -> Extent:
    with open_store(url) as store:
        return Extent(0, None) if store.transactions.read(schema.current) is None else extent(store)


def extent(store: Store) -> Extent:
    """Tell how far the record of a store reaches."""

    def work(connection: Connection) -> Extent:
        entries = connection.execute(select(func.count()).select_from(ENTRY)).scalar_one()
        last = connection.execute(select(func.max(CHAIN.c.recorded_at, type_=CHAIN.c.recorded_at.type))).scalar_one()
        return Extent(entries, last)

    return store.transactions.read(work)


def _prepare(file: Path, prepared: Path) -> Extent:
    """Make a database of this release out of the copy, which stays as it is."""
    clear(prepared)
    try:
        copy_file(file, prepared)
        prepared.chmod(0o600)
        with open_store(f"sqlite:///{prepared}") as store:
            if store.transactions.read(schema.current) is None:
                raise CannotCopy(f"{file} holds no record of Muster")
            store.migrate()
            store.transactions.write(_mark_as_tried)
            found = extent(store)
        settle(prepared)
    except sqlite3.Error as trouble:
        raise CannotCopy(f"{file} cannot be read: {trouble}") from trouble
    return found


def _mark_as_tried(connection: Connection) -> None:
    tried = {"attempts": func.coalesce(func.nullif(JOB.c.attempts, 0), 1), "lease_owner": None, "lease_until": None}
    connection.execute(update(JOB).where(JOB.c.state == JobState.READY).values(**tried))


def _put_file(prepared: Path, target: Path, before: Extent) -> Path | None:
    if target.exists():
        _nobody_has_it_open(target)
    kept_as = None
    if before.entries:
        kept_as = _free_name(target)
        target.replace(kept_as)
    prepared.replace(target)
    return kept_as


def _nobody_has_it_open(target: Path) -> None:
    """Give up while anybody has the database open: SQLite leaves its log only for who is alone with it."""
    try:
        with closing(sqlite3.connect(target, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as busy:
        raise CannotCopy(f"{target} is in use ({busy}); stop Muster first") from busy


def _free_name(target: Path) -> Path:
    n = 1
    while (name := target.with_name(f"{target.name}{_REPLACED}-{n}")).exists():
        n += 1
    return name


def _put_rows(prepared: Path, url: str) -> None:
    with open_store(f"sqlite:///{prepared}") as copy, open_store(url) as store, store.engine.begin() as target:
        others = target.execute(_OTHERS).scalar_one()
        if others:
            raise CannotCopy(f"{others} others are connected to the database; stop Muster first")
        _empty(target)
        schema.upgrade(target)
        copy.transactions.read(lambda rows: copy_rows(rows, target))


def _empty(target: Connection) -> None:
    """Take the tables away; the service's role does not own them, so only who may migrate can restore."""
    there = set(inspect(target).get_table_names())
    ours = [*(table.name for table in reversed(SQLModel.metadata.sorted_tables)), "alembic_version"]
    for name in ours:
        if name in there:
            target.exec_driver_sql(f"DROP TABLE {name}")
