"""SQLite's one writer: a thread that commits commands first and then many waiting captures at once.

SQLite has one writing lock for the whole file. Threads that compete for it wait without order; a queue is fair, lets
many captures share one flush to disk, and lets somebody's command wait for one round of captures for each round of commands
before its own: a round takes up no further work after a tenth of a second.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine

from storage.database.pending_write import Anything, PendingWrite, error_of
from storage.database.sqlite import begin_writing
from storage.errors import StoreClosed, TransactionLost

T = TypeVar("T")
BATCH: Final = 200
ROUND_S: Final = 0.1
_TRY_AGAIN_S: Final = 0.2


class SqliteWriter:
    """Runs works one after the other on one connection; each caller waits until its work is committed.

    `longest` is after how many seconds a round takes up no further work.
    """

    def __init__(self, engine: Engine, *, longest: float = ROUND_S) -> None:
        self._engine = engine
        self._longest = longest
        self._turn = threading.Condition()
        self._first: deque[Anything] = deque()
        self._later: deque[Anything] = deque()
        self._closing = False
        self._must_truncate = False
        self._connection: Connection | None = None
        self._pool = engine.pool
        self._thread = threading.Thread(target=self._serve, name="muster-writer", daemon=True)
        self._thread.start()

    def write(self, work: Callable[[Connection], T], *, first: bool = True) -> T:
        """Run the work in a transaction and give its result once it is committed."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a work that is being written cannot wait for another one")
        answer: PendingWrite[T] = PendingWrite(work)
        with self._turn:
            if self._closing:
                raise StoreClosed("the store is closed")
            (self._first if first else self._later).append(answer)
            self._turn.notify()
        return answer.wait()

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a reading against the last committed state; it waits for no writer."""
        with self._engine.connect() as connection, connection.begin():
            return work(connection)

    def truncate_log(self) -> None:
        """Empty the write-ahead log soon, so that deleted words do not stay in it."""
        with self._turn:
            self._must_truncate = True
            self._turn.notify()

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._turn:
            self._closing = True
            self._turn.notify()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            with self._turn:
                if not (self._first or self._later or self._closing):
                    self._turn.wait(_TRY_AGAIN_S if self._must_truncate else None)
                is_last = self._closing and not (self._first or self._later)
            self._round(self._first)
            self._round(self._later)
            if self._must_truncate:
                error_of(self._truncate)  # The log is truncated in a later round then.
            if is_last:
                self._let_go()
                return

    def _round(self, queue: deque[Anything]) -> None:
        """Commit what waits in a queue, or as much of it as the others may be kept waiting for."""
        with self._turn:
            batch = [queue.popleft() for _ in range(min(BATCH, len(queue)))]
        if not batch:
            return
        rest = self._commit(batch)
        with self._turn:
            queue.extendleft(reversed(rest))

    def _commit(self, batch: list[Anything]) -> list[Anything]:
        """Run works and commit them; give back those for which there was no time."""
        until, ran = time.monotonic() + self._longest, 0

        def commit() -> None:
            nonlocal ran
            connection = self._own_connection()
            with begin_writing(connection):
                while ran < len(batch) and (ran == 0 or time.monotonic() < until):
                    _still_open(connection)
                    batch[ran].run(connection)
                    ran += 1
                _still_open(connection)

        error = error_of(commit)
        if error is not None:
            ran = len(batch)
            self._let_go()
        for answer in batch[:ran]:
            # A commit that failed kept nothing, also of the works that went well; what one of them says of a
            # transaction that ended under it is of no use.
            lost = isinstance(error, TransactionLost)
            answer.error = error if lost else answer.error or error
            answer.settle()
        return batch[ran:]

    def _own_connection(self) -> Connection:
        """Give the connection that is kept for writing: however many read, the writer waits for none of the pool.

        One from a pool that was given up since is given up too.
        """
        if self._connection is None or self._pool is not self._engine.pool:
            self._let_go()
            self._pool = self._engine.pool
            self._connection = self._engine.connect()
        return self._connection

    def _let_go(self) -> None:
        """Close the connection, after a commit that failed or at the end; the next work opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            error_of(connection.close)  # A connection that cannot even be closed is given up all the same.

    def _truncate(self) -> None:
        raw = driver_connection(self._own_connection())
        # A reader in the middle of something keeps the log, and nobody waits for it: the next round tries again.
        # BEGIN sets for how long the next work waits.
        raw.execute("PRAGMA busy_timeout = 0")
        busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        with self._turn:
            self._must_truncate = bool(busy)


def driver_connection(connection: Connection) -> Any:
    """Give the driver's own connection, for what is said outside a transaction."""
    return connection.connection.driver_connection


def _still_open(connection: Connection) -> None:
    # On a full disk SQLite ends the whole transaction by itself; a savepoint after that would commit on its own.
    if not driver_connection(connection).in_transaction:
        raise TransactionLost("SQLite ended the transaction; nothing of it was kept")
