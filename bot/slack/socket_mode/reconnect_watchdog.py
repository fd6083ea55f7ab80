"""Notices a Socket Mode connection that has gone silent, and ends it so that the client opens another.

The client asks for a sign of life each second. It judges a connection by the last answer, so that one which never gave
any is never judged, and it ends one only between two readings, which may take three seconds more. This looks for itself.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from socket import SHUT_RDWR
from threading import Event, Thread
from typing import Any, Final

from bot.clock import Clock

SILENT_SECONDS: Final = 5.0
_LOOK_EVERY: Final = 0.5
_log = logging.getLogger(__name__)


class SocketWatchdog:
    """Looks at whatever connection a client has at the moment, on a thread of its own."""

    def __init__(self, client: Any, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._session = ""
        self._since = 0.0
        self._over = Event()
        self._thread = Thread(target=self._keep_looking, name="socket-silence", daemon=True)

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> bool:
        """End the connection if nothing was heard through it for too long; tell whether it was ended."""
        session, now = self._client.current_session, self._clock.now().timestamp()
        if session is None or not session.is_active():
            return False
        if session.session_id != self._session:
            self._session, self._since = session.session_id, now
        heard = max(self._since, session.last_ping_pong_time or 0.0)
        if now - heard < SILENT_SECONDS:
            return False
        _log.warning("the connection to Slack is silent for %.0f seconds and is replaced", now - heard)
        _end(session)
        return True

    def _keep_looking(self) -> None:
        while not self._over.wait(_LOOK_EVERY):
            self.look()


def _end(session: Any) -> None:
    wake_reader(session)
    with suppress(AttributeError, OSError):
        session.disconnect()


def wake_reader(session: Any) -> None:
    """Wake whoever reads from a connection, which may just be closed by somebody else, or not have been opened."""
    with suppress(AttributeError, OSError):
        session.sock.shutdown(SHUT_RDWR)
