"""Carries what a work came to from the thread that ran it to the thread that waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import Connection

from storage.database.time_limit import Cancellation, seconds_left

T = TypeVar("T")


class PendingWrite(Generic[T]):
    """One work, and what came of it once its transaction is committed.

    As a context manager it takes in whatever is raised inside: the writing thread must outlive every work, and only
    the one who waits can tell what the error means.
    """

    def __init__(self, work: Callable[[Connection], T]) -> None:
        self._work = work
        self._settled = threading.Event()
        self._turn = Cancellation()
        self._result: T | None = None
        self.error: BaseException | None = None

    def run(self, connection: Connection) -> None:
        """Run the work in a savepoint of its own, so that its failure undoes nothing else."""
        with self:
            self._turn.check()
            with _Savepoint(connection):
                self._result = self._work(connection)

    def settle(self) -> None:
        """Tell the one who waits that the outcome is final."""
        self._settled.set()

    def wait(self) -> T:
        """Wait for the commit, no longer than the caller can, and give the work's result, or raise what it raised."""
        if not self._settled.wait(seconds_left()):
            raise self._turn.give_up()
        if self.error is not None:
            raise self.error
        return self._result  # type: ignore[return-value]  # a work that raised nothing gave a T

    def __enter__(self) -> PendingWrite[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[True]:
        self.error = error or self.error
        return True


class _Savepoint:
    """Keeps what is done inside, or undoes it when it raises.

    Said to the driver itself: SQLAlchemy's own savepoint costs a command more than any of its statements.
    """

    def __init__(self, connection: Connection) -> None:
        self._driver: Any = connection.connection.driver_connection

    def __enter__(self) -> None:
        self._driver.execute("SAVEPOINT work")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._driver.in_transaction:
            return  # On a full disk SQLite has ended it; the writer sees that and tells everybody.
        if kind is not None:
            self._driver.execute("ROLLBACK TO work")
        self._driver.execute("RELEASE work")


Anything = PendingWrite[Any]
