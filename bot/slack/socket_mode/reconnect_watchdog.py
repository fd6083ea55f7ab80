"""Ends a Socket Mode connection that has gone silent, so that the client opens another.

slack_sdk pings each second, but judges a connection by the last pong only, so it never ends one that gave none; and it
ends a connection only between two reads, which can take three seconds more.
"""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import Final

from bot.clock import Clock
from bot.slack.socket_mode.sdk_socket import SdkSocket

SILENT_SECONDS: Final = 5.0
_CHECK_SECONDS: Final = 0.5
_log = logging.getLogger(__name__)


class SocketWatchdog:
    """Checks whatever connection a client has at the moment, on a thread of its own."""

    def __init__(self, socket: SdkSocket, clock: Clock, *, silent_seconds: float = SILENT_SECONDS) -> None:
        self._socket = socket
        self._clock = clock
        self._silent_seconds = silent_seconds
        self._connection: str | None = None
        self._since = 0.0
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="socket-watchdog", daemon=True)

    def start(self) -> None:
        """Check until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Stop checking."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def check(self) -> bool:
        """End the connection if it has been silent for too long. Return True if it was ended."""
        connection, now = self._socket.connection_id, self._clock.now().timestamp()
        if connection is None:
            return False
        if connection != self._connection:
            self._connection, self._since = connection, now
        silent = now - max(self._since, self._socket.last_pong or 0.0)
        if silent < self._silent_seconds:
            return False
        _log.warning("the connection to Slack has been silent for %.0f seconds and is replaced", silent)
        self._socket.drop()
        return True

    def _run(self) -> None:
        while not self._stopped.wait(_CHECK_SECONDS):
            self.check()
