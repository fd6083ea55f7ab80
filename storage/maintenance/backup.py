"""Takes a copy of the whole record as one SQLite file while Muster runs, and proves the copy. Knows no keys or policy.

SQLite copies itself, page by page under one reading; PostgreSQL is read row by row in one snapshot. Neither keeps
anybody from writing, and either way the copy is of one moment.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from storage.database.engine import read_url
from storage.errors import StorageError
from storage.maintenance.row_copy import copy_rows
from storage.maintenance.verification import Report, VerificationEvidence, verify_by
from storage.store import Store, open_store

_UNFINISHED: Final = ".unfinished"
_BESIDE: Final = ("-wal", "-shm")


class CannotCopy(StorageError):  # noqa: N818 - named for what was wrong
    """A copy cannot be taken, or cannot be put where it was wanted."""


def back_up(store: Store, url: str, file: Path, evidence: VerificationEvidence | None = None) -> Report:
    """Copy the record into a new file, and give what checking the copy found. A file that exists is left as it is."""
    if file.exists():
        raise CannotCopy(f"{file} exists and is left as it is; name another file")
    unfinished = file.with_name(file.name + _UNFINISHED)
    with _cleared(unfinished):
        _copy(store, url, unfinished)
        with open_store(f"sqlite:///{unfinished}", team=store.team) as copy:
            report = verify_by(copy, evidence or VerificationEvidence())
        settle(unfinished)
        unfinished.replace(file)
        _flush(file.absolute().parent)
    return report


def _copy(store: Store, url: str, file: Path) -> None:
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    address = read_url(url)
    if address.get_backend_name() == "sqlite":
        copy_file(Path(address.database or ""), file)
        return
    with open_store(f"sqlite:///{file}", team=store.team) as target:
        target.migrate()
        store.transactions.read(lambda source: target.transactions.write(lambda rows: copy_rows(source, rows)))


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite database in one step, with what its log holds; who writes meanwhile is not held up."""
    address = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as given, closing(sqlite3.connect(target)) as taken:
        given.backup(taken)


def settle(file: Path) -> None:
    """Make one file of a database that nobody has open, and see to it that it is on the disk."""
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
def _cleared(file: Path) -> Iterator[None]:
    """Leave nothing of an unfinished copy behind, neither of this try nor of an earlier one."""
    clear(file)
    try:
        yield
    except OSError as trouble:
        raise CannotCopy(f"the copy cannot be written: {trouble.strerror or trouble}") from trouble
    except sqlite3.Error as trouble:
        raise CannotCopy(f"the copy cannot be written: {trouble}") from trouble
    finally:
        clear(file)


def clear(file: Path) -> None:
    """Remove a database file and what SQLite keeps beside it."""
    for path in (file, *(file.with_name(file.name + ending) for ending in _BESIDE)):
        path.unlink(missing_ok=True)
