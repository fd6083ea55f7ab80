"""The single writer of SQLite: a thread that commits queued commands first, then a batch of captures in one commit.

SQLite has one write lock per file, and threads that compete for it are not served in order. A queue is fair, lets many
captures share one flush to disk, and bounds the delay of a command: a round starts no further work after 0.1 s, and
rounds of commands and of captures alternate.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine

from storage.database.pending_write import AnyWrite, PendingWrite, error_of
from storage.database.sqlite import begin_writing
from storage.errors import StoreClosed, TransactionLost

T = TypeVar("T")
BATCH: Final = 200
ROUND_SECONDS: Final = 0.1
_TRUNCATE_RETRY_S: Final = 0.2


class SqliteWriter:
    """Runs queued writes one after the other on one connection; each caller waits until its write is committed.

    A round starts no further work after `round_seconds`.
    """

    def __init__(self, engine: Engine, *, round_seconds: float = ROUND_SECONDS) -> None:
        self._engine = engine
        self._round_seconds = round_seconds
        self._condition = threading.Condition()
        self._commands: deque[AnyWrite] = deque()
        self._captures: deque[AnyWrite] = deque()
        self._closing = False
        self._must_truncate = False
        self._connection: Connection | None = None
        self._pool = engine.pool
        self._thread = threading.Thread(target=self._serve, name="muster-writer", daemon=True)
        self._thread.start()

    def write(self, work: Callable[[Connection], T], *, first: bool = True) -> T:
        """Run the work in a transaction and return its result once it is committed; `first` queues it as a command."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a write on the writer thread cannot wait for another one")
        pending: PendingWrite[T] = PendingWrite(work)
        with self._condition:
            if self._closing:
                raise StoreClosed("the store is closed")
            (self._commands if first else self._captures).append(pending)
            self._condition.notify()
        return pending.wait()

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run the work against the last committed state; it never waits for a writer."""
        with self._engine.connect() as connection, connection.begin():
            return work(connection)

    def truncate_log(self) -> None:
        """Truncate the write-ahead log soon, so that deleted text does not stay in it."""
        with self._condition:
            self._must_truncate = True
            self._condition.notify()

    def close(self) -> None:
        """Finish queued writes, then stop."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            with self._condition:
                if not (self._commands or self._captures or self._closing):
                    self._condition.wait(_TRUNCATE_RETRY_S if self._must_truncate else None)
                is_last = self._closing and not (self._commands or self._captures)
            self._round(self._commands)
            self._round(self._captures)
            if self._must_truncate:
                error_of(self._truncate)  # After an error a later round truncates the log.
            if is_last:
                self._close_connection()
                return

    def _round(self, queue: deque[AnyWrite]) -> None:
        """Commit the queued writes, or as many of them as fit into one round."""
        with self._condition:
            batch = [queue.popleft() for _ in range(min(BATCH, len(queue)))]
        if not batch:
            return
        rest = self._commit(batch)
        with self._condition:
            queue.extendleft(reversed(rest))

    def _commit(self, batch: list[AnyWrite]) -> list[AnyWrite]:
        """Run writes and commit them; return those that did not fit into the round."""
        until, ran = time.monotonic() + self._round_seconds, 0

        def commit() -> None:
            nonlocal ran
            connection = self._own_connection()
            with begin_writing(connection):
                while ran < len(batch) and (ran == 0 or time.monotonic() < until):
                    _check_open(connection)
                    batch[ran].run(connection)
                    ran += 1
                _check_open(connection)

        error = error_of(commit)
        if error is not None:
            ran = len(batch)
            self._close_connection()
        for pending in batch[:ran]:
            # A failed commit rolled back every write of the batch. When SQLite ended the transaction, the error of a
            # single write only follows from that.
            lost = isinstance(error, TransactionLost)
            pending.error = error if lost else pending.error or error
            pending.settle()
        return batch[ran:]

    def _own_connection(self) -> Connection:
        """Return the connection reserved for writing, so that the writer never waits for the pool.

        When the engine was disposed since, a new connection replaces it.
        """
        if self._connection is None or self._pool is not self._engine.pool:
            self._close_connection()
            self._pool = self._engine.pool
            self._connection = self._engine.connect()
        return self._connection

    def _close_connection(self) -> None:
        """Close the connection, after a failed commit or at the end; the next write opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            error_of(connection.close)  # An error while closing changes nothing: the connection is dropped.

    def _truncate(self) -> None:
        raw = driver_connection(self._own_connection())
        # An active reader keeps the log; the writer does not wait for it, a later round tries again.
        # BEGIN sets the timeout of the next write.
        raw.execute("PRAGMA busy_timeout = 0")
        busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        with self._condition:
            self._must_truncate = bool(busy)


def driver_connection(connection: Connection) -> Any:
    """Return the driver's connection, for statements outside a transaction."""
    return connection.connection.driver_connection


def _check_open(connection: Connection) -> None:
    # On a full disk SQLite rolls back by itself; a savepoint after that would commit on its own.
    if not driver_connection(connection).in_transaction:
        raise TransactionLost("SQLite rolled the transaction back")
