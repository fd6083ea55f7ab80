"""Tells whoever waits for jobs that some were wanted: a call in this process, NOTIFY to the other replicas."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, Engine, text

from storage.database.engine import NOTICES_THE_DEAD

CHANNEL: Final = "muster_wake"
_LOOK_UP_S: Final = 1.0
_BETWEEN_TRIES_S: Final = 1.0


class CommitNotifications:
    """Rings after commits that wanted jobs.

    It may ring once too often and, over the network, once too seldom: the worker's own tick is the safety net.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._callbacks: list[Callable[[], None]] = []
        self._stopping = threading.Event()
        self._listener: threading.Thread | None = None

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call back, quickly and from any thread, whenever jobs were wanted here or in another replica."""
        self._callbacks.append(callback)
        if self._engine.dialect.name == "postgresql" and self._listener is None:
            self._listener = threading.Thread(target=self._listen, name="muster-wake", daemon=True)
            self._listener.start()

    def announce(self, connection: Connection) -> None:
        """Tell other replicas, as part of the transaction, so that they hear of it at its commit."""
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"NOTIFY {CHANNEL}"))

    def ring(self) -> None:
        """Call everybody who asked for it."""
        for callback in self._callbacks:
            callback()

    def close(self) -> None:
        """Stop listening."""
        self._stopping.set()
        if self._listener is not None:
            self._listener.join()

    def _listen(self) -> None:
        import psycopg  # 10 MB, which SQLite needs none of

        while not self._stopping.is_set():
            try:
                self._hear()
            except psycopg.OperationalError:
                # The server went away; the tick goes on without us until it is back.
                self._stopping.wait(_BETWEEN_TRIES_S)

    def _hear(self) -> None:
        import psycopg

        address = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True, **NOTICES_THE_DEAD) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self.ring()
            while not self._stopping.is_set():
                for _ in connection.notifies(timeout=_LOOK_UP_S, stop_after=1):
                    self.ring()
