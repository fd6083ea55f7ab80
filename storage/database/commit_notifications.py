"""Notification of the worker after a commit that enqueued jobs: a call in this process, NOTIFY to the other replicas."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, text

from storage.database.engine import NETWORK_TIMEOUTS

if TYPE_CHECKING:
    import psycopg

CHANNEL: Final = "muster_wake"
_LISTEN_S: Final = 1.0
_BETWEEN_ATTEMPTS_S: Final = 1.0


class CommitNotifications:
    """Calls back after commits that enqueued jobs.

    A callback may come once too often and, over the network, be missed: the worker's own tick is the safety net.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._callbacks: list[Callable[[], None]] = []
        self._stopping = threading.Event()
        self._listener: threading.Thread | None = None
        self._connection: psycopg.Connection | None = None

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Register a callback, called from any thread, for jobs enqueued here or in another replica."""
        self._callbacks.append(callback)
        if self._engine.dialect.name == "postgresql" and self._listener is None:
            self._listener = threading.Thread(target=self._listen, name="muster-wake", daemon=True)
            self._listener.start()

    def announce(self, connection: Connection) -> None:
        """Notify other replicas as part of the transaction, so that they are notified at its commit."""
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"NOTIFY {CHANNEL}"))

    def notify(self) -> None:
        """Call every callback."""
        for callback in self._callbacks:
            callback()

    def close(self) -> None:
        """Stop listening at once: shutting down the listener's socket wakes it."""
        self._stopping.set()
        if self._connection is not None:
            _shut_down(self._connection)
        if self._listener is not None:
            self._listener.join()

    def _listen(self) -> None:
        import psycopg  # 10 MB of memory that SQLite does not need

        while not self._stopping.is_set():
            try:
                self._listen_on_connection()
            except psycopg.OperationalError:
                # The server is gone; until it is back, the worker's tick finds the jobs.
                self._stopping.wait(_BETWEEN_ATTEMPTS_S)

    def _listen_on_connection(self) -> None:
        import psycopg

        address = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True, **NETWORK_TIMEOUTS) as connection:
            # `close` sets the flag before it looks for a connection, so one of the two sees the other.
            self._connection = connection
            connection.execute(f"LISTEN {CHANNEL}")
            self.notify()
            while not self._stopping.is_set():
                for _ in connection.notifies(timeout=_LISTEN_S, stop_after=1):
                    self.notify()


def _shut_down(connection: psycopg.Connection) -> None:
    import psycopg

    with (
        contextlib.suppress(OSError, psycopg.OperationalError),
        socket.socket(fileno=os.dup(connection.fileno())) as raw,
    ):
        raw.shutdown(socket.SHUT_RDWR)
