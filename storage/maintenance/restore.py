"""Restore of a backup into a database. The replaced record is never lost.

On SQLite the replaced file is renamed; on PostgreSQL the restore is one transaction, and the grants of other roles are put
back. A job that was ready in the backup
may have been sent since, so every such job is marked as attempted: its handler looks for the result in Slack first.
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
from storage.database.role_grants import held_grants, put_back
from storage.jobs.job_table import JOB, JobState
from storage.maintenance.backup import BackupError, copy_sqlite_file, finalise, remove_database
from storage.maintenance.row_copy import copy_rows
from storage.store import Store, open_store
from storage.tables import CHAIN, ENTRY

_RESTORING: Final = ".restoring"
_REPLACED: Final = ".replaced"
_OTHER_CONNECTIONS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)


@dataclass(frozen=True)
class Extent:
    """The extent of a record: its number of entries, and when the last one was recorded."""

    entries: int
    until: datetime | None


@dataclass(frozen=True)
class RestoreResult:
    """The restored record and the replaced one.

    `replaced_file` is the renamed file on SQLite, if there was one; `roles` have their rights on PostgreSQL again.
    """

    now: Extent
    before: Extent
    replaced_file: Path | None = None
    roles: tuple[str, ...] = ()


def restore(url: str, file: Path, *, replace: bool) -> RestoreResult:
    """Restore a backup. Raises `BackupError` for a missing or unreadable file, a database in use, and entries without `replace`."""
    if not file.exists():
        raise BackupError(f"there is no file {file}")
    parsed = read_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    before = _extent(url) if not is_sqlite or Path(parsed.database or "").exists() else Extent(0, None)
    if before.entries and not replace:
        raise BackupError(f"the database holds {before.entries} entries; --replace puts the backup in their place")
    target = Path(parsed.database or "") if is_sqlite else file.absolute()
    prepared = target.with_name(target.name + _RESTORING)
    try:
        now = _prepare(file, prepared)
        if not is_sqlite:
            return RestoreResult(now, before, roles=_replace_rows(prepared, url))
        return RestoreResult(now, before, _replace_file(prepared, target, before))
    finally:
        remove_database(prepared)


def _extent(url: str) -> Extent:
    with open_store(url) as store:
        return Extent(0, None) if store.transactions.read(schema.current) is None else extent(store)


def extent(store: Store) -> Extent:
    """Return the extent of a store's record."""

    def work(connection: Connection) -> Extent:
        entries = connection.execute(select(func.count()).select_from(ENTRY)).scalar_one()
        last = connection.execute(select(func.max(CHAIN.c.recorded_at, type_=CHAIN.c.recorded_at.type))).scalar_one()
        return Extent(entries, last)

    return store.transactions.read(work)


def _prepare(file: Path, prepared: Path) -> Extent:
    """Migrate a copy of the backup to this release's schema; the backup itself is not changed."""
    remove_database(prepared)
    try:
        copy_sqlite_file(file, prepared)
        prepared.chmod(0o600)
        with open_store(f"sqlite:///{prepared}") as store:
            if store.transactions.read(schema.current) is None:
                raise BackupError(f"{file} holds no record of Muster")
            store.migrate()
            store.transactions.write(_mark_as_attempted)
            restored = extent(store)
        finalise(prepared)
    except sqlite3.Error as error:
        raise BackupError(f"{file} cannot be read: {error}") from error
    return restored


def _mark_as_attempted(connection: Connection) -> None:
    attempted = {"attempts": func.coalesce(func.nullif(JOB.c.attempts, 0), 1), "lease_owner": None, "lease_until": None}
    connection.execute(update(JOB).where(JOB.c.state == JobState.READY).values(**attempted))


def _replace_file(prepared: Path, target: Path, before: Extent) -> Path | None:
    if target.exists():
        _check_not_in_use(target)
    replaced_file = None
    if before.entries:
        replaced_file = _free_name(target)
        target.replace(replaced_file)
    prepared.replace(target)
    return replaced_file


def _check_not_in_use(target: Path) -> None:
    """Raise `BackupError` if another process has the database open: SQLite leaves WAL mode only without other connections."""
    try:
        with closing(sqlite3.connect(target, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as busy:
        raise BackupError(f"{target} is in use ({busy}); stop Muster first") from busy


def _free_name(target: Path) -> Path:
    n = 1
    while (name := target.with_name(f"{target.name}{_REPLACED}-{n}")).exists():
        n += 1
    return name


def _replace_rows(prepared: Path, url: str) -> tuple[str, ...]:
    """Replace the tables with those of the backup, and return the roles whose rights were put back."""
    with open_store(f"sqlite:///{prepared}") as copy, open_store(url) as store, store.engine.begin() as target:
        others = target.execute(_OTHER_CONNECTIONS).scalar_one()
        if others:
            clients = "another client is" if others == 1 else f"{others} other clients are"
            raise BackupError(f"{clients} connected to the database; stop Muster first")
        grants = held_grants(target)
        _drop_tables(target)
        schema.upgrade(target)
        copy.transactions.read(lambda rows: copy_rows(rows, target))
        return put_back(target, grants)


def _drop_tables(target: Connection) -> None:
    """Drop the tables. The service role does not own them, so only the owner can restore."""
    existing = set(inspect(target).get_table_names())
    ours = [*(table.name for table in reversed(SQLModel.metadata.sorted_tables)), "alembic_version"]
    for name in ours:
        if name in existing:
            target.exec_driver_sql(f"DROP TABLE {name}")
