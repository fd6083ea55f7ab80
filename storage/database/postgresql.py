"""Transactions on PostgreSQL: run again where the database asks for that, and left behind by who can wait no longer.

A server that has gone deaf keeps whoever speaks to it, for longer than anybody in Slack can wait. So work for somebody
in a hurry is done on another thread, and what they no longer wait for is rolled back unless it was committed already.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as Late
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from storage.database.time_limit import Cancellation, seconds_left

T = TypeVar("T")

# Two transactions that lock two chains in opposite order; PostgreSQL ends one of them and says which.
_AGAIN: Final = frozenset({"40001", "40P01"})
_ATTEMPTS: Final = 5
_HURRIED: Final = 48
GOODBYE_S: Final = 3
# Who reads keeps no writer waiting, only a change of the schema, and may think for a while about what was read.
_THINKING: Final = text("SET LOCAL idle_in_transaction_session_timeout = '10min'")
_BOUND: Final = text("SELECT set_config('statement_timeout', :ms, true), set_config('lock_timeout', :ms, true)")


class PostgresTransactions:
    """Runs works in transactions of their own; row locks keep those of one chain in order."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._snapshots = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._on_their_way: set[Future[Any]] = set()
        self._pool = ThreadPoolExecutor(_HURRIED, thread_name_prefix="hurried")

    def write(self, work: Callable[[Connection], T], *, first: bool = True) -> T:
        """Run the work in a transaction; PostgreSQL needs no order between commands and captures."""
        return self._in_time(self._engine, work)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a reading against one committed state."""
        return self._in_time(self._snapshots, work)

    def truncate_log(self) -> None:
        """Do nothing: what PostgreSQL keeps of deleted rows goes with its own vacuum, which the docs say."""

    def close(self) -> None:
        """Wait a moment for what is on its way; what goes to a server that does not answer is left to it."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait(list(self._on_their_way), GOODBYE_S)

    def _in_time(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        seconds, turn = seconds_left(), Cancellation()
        if seconds is None:
            return _again(engine, work, turn, None)
        done = self._pool.submit(_again, engine, work, turn, seconds)
        self._on_their_way.add(done)
        done.add_done_callback(self._on_their_way.discard)
        try:
            return done.result(seconds)
        except Late:
            done.cancel()
            raise turn.give_up() from None


def _again(engine: Engine, work: Callable[[Connection], T], turn: Cancellation, seconds: float | None) -> T:
    """Run the work, and again where another transaction was in its way."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return _once(engine, work, turn, seconds)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in _AGAIN:
                raise
    return _once(engine, work, turn, seconds)


def _once(engine: Engine, work: Callable[[Connection], T], turn: Cancellation, seconds: float | None) -> T:
    turn.check()
    with engine.begin() as connection:
        if seconds is not None:
            connection.execute(_BOUND, {"ms": str(int(seconds * 1000) + 1)})
        elif engine.get_execution_options().get("postgresql_readonly"):
            connection.execute(_THINKING)
        result = work(connection)
        turn.check()
        return result
