"""The lock by which a process knows that no other works on the same SQLite file. The kernel frees it with the process.

Every process that runs jobs holds the file `<database>-lock` shared for as long as it lives. One that gets it exclusively
is alone. PostgreSQL has replicas on other machines, where only the time of a lease can tell.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable

from sqlalchemy import Engine

_log = logging.getLogger(__name__)


class ProcessLock:
    """The lock of one process on one database. Does nothing on PostgreSQL, and where the file cannot be opened."""

    def __init__(self, engine: Engine) -> None:
        is_file = engine.dialect.name == "sqlite" and engine.url.database
        self._path = f"{engine.url.database}-lock" if is_file else None
        self._file: int | None = None

    def hold(self, if_alone: Callable[[], None]) -> None:
        """Hold the lock from now on. Call `if_alone` first if no other process held it; none can take it in between."""
        if self._path is None or self._file is not None:
            return
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            _log.warning("%s cannot be opened (%s): jobs of a killed process wait for their leases", self._path, error)
            return
        try:
            if self._is_alone(self._file):
                if_alone()
        finally:
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def release(self) -> None:
        """Release the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _is_alone(self, file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
