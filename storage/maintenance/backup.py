"""Backup of the whole record into one SQLite file while Muster runs, and its verification. Knows no keys or policy.

SQLite is copied page by page in one read transaction, PostgreSQL row by row in one snapshot. Neither blocks writers, and
the backup is consistent either way.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from storage.database.engine import read_url
from storage.errors import StorageError
from storage.files.evidence_files import ANY_SIZE, EvidenceFiles
from storage.maintenance.evidence_copy import copy_evidence, folder_of
from storage.maintenance.row_copy import copy_rows
from storage.maintenance.verification import VerificationEvidence, VerificationReport, verify_with
from storage.store import Store, open_store

_UNFINISHED: Final = ".unfinished"
_SQLITE_SUFFIXES: Final = ("-wal", "-shm")


class BackupError(StorageError):
    """A backup cannot be taken or restored."""


def back_up(store: Store, url: str, file: Path, evidence: VerificationEvidence | None = None) -> VerificationReport:
    """Copy the record into a new file and return the verification of the copy; raise `BackupError` for an existing file.

    The files of evidence that it has go into the folder beside it.
    """
    for taken in (file, folder_of(file)):
        if taken.exists():
            raise BackupError(f"{taken} exists and is not overwritten; name another file")
    unfinished = file.with_name(file.name + _UNFINISHED)
    try:
        with _removed_on_exit(unfinished):
            _copy(store, url, unfinished)
            with open_store(f"sqlite:///{unfinished}", team=store.team) as copy:
                copy_evidence(copy, store.files, EvidenceFiles(folder_of(file), ANY_SIZE))
                report = verify_with(copy, evidence or VerificationEvidence())
            finalise(unfinished)
            unfinished.replace(file)
            _flush(file.absolute().parent)
    finally:
        if not file.exists():
            shutil.rmtree(folder_of(file), ignore_errors=True)
    return report


def _copy(store: Store, url: str, file: Path) -> None:
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite":
        copy_sqlite_file(Path(parsed.database or ""), file)
        return
    with open_store(f"sqlite:///{file}", team=store.team) as target:
        target.migrate()
        store.transactions.read(lambda source: target.transactions.write(lambda rows: copy_rows(source, rows)))


def copy_sqlite_file(source: Path, target: Path) -> None:
    """Copy a SQLite database with its write-ahead log in one step, without blocking writers."""
    read_only = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(read_only, uri=True)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


def finalise(file: Path) -> None:
    """Merge the write-ahead log into a closed database, so that it is one file, and flush it to disk."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    _flush(file)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _removed_on_exit(file: Path) -> Iterator[None]:
    """Remove an unfinished backup, before and after; raise `BackupError` for errors of files and of SQLite."""
    remove_database(file)
    try:
        yield
    except OSError as error:
        raise BackupError(f"the backup cannot be written: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise BackupError(f"the backup cannot be written: {error}") from error
    finally:
        remove_database(file)


def remove_database(file: Path) -> None:
    """Remove a database file with its write-ahead log and shared memory."""
    for path in (file, *(file.with_name(file.name + suffix) for suffix in _SQLITE_SUFFIXES)):
        path.unlink(missing_ok=True)
