"""A future for one queued write: the writer thread runs it, the calling thread waits for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from types import TracebackType
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from storage.database.time_limit import Cancellation, seconds_left

T = TypeVar("T")


class PendingWrite(Generic[T]):
    """One work and, once its transaction has ended, its result or its error."""

    def __init__(self, work: Callable[[Connection], T]) -> None:
        self._work = work
        self._future: Future[T] = Future()
        self._cancellation = Cancellation()
        self._result: T | None = None
        self.error: BaseException | None = None

    def run(self, connection: Connection) -> None:
        """Run the work in its own savepoint, so that its failure rolls back nothing else."""
        self.error = error_of(partial(self._run, connection))

    def settle(self) -> None:
        """Set the final result or error of the future; the waiting thread wakes."""
        if self.error is not None:
            self._future.set_exception(self.error)
        else:
            self._future.set_result(self._result)  # type: ignore[arg-type]  # a work without an error returned a T

    def wait(self) -> T:
        """Wait for the commit within the caller's time limit, and return the work's result or raise its error."""
        try:
            return self._future.result(seconds_left())
        except TimeoutError:
            if self._future.done():  # The work raised it, or the commit came at the last moment.
                return self._future.result()
            raise self._cancellation.cancel() from None

    def _run(self, connection: Connection) -> None:
        self._cancellation.check()
        with _Savepoint(connection):
            self._result = self._work(connection)


def error_of(work: Callable[[], object]) -> BaseException | None:
    """Run work on the writer's thread and return its error, of any kind, or None.

    The thread must outlive every error, KeyboardInterrupt and SystemExit too: those belong to the thread that waits.
    """
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - the caller of `write` raises it on its own thread
        return error
    return None


class _Savepoint:
    """A savepoint: released at the end, rolled back on an error.

    It bypasses SQLAlchemy, whose savepoint costs a command more than any of its statements.
    """

    def __init__(self, connection: Connection) -> None:
        self._driver: Any = connection.connection.driver_connection

    def __enter__(self) -> None:
        self._driver.execute("SAVEPOINT work")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._driver.in_transaction:
            return  # On a full disk SQLite has rolled back; the writer notices and fails the whole batch.
        if kind is not None:
            self._driver.execute("ROLLBACK TO work")
        self._driver.execute("RELEASE work")


AnyWrite = PendingWrite[Any]
