"""The Socket Mode connection through which Slack reaches us. A dead connection is replaced within seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from slack_bolt import App

from bot.clock import RealClock
from bot.slack.client.startup_retry import StartupRetry
from bot.slack.socket_mode.reconnect_watchdog import SILENT_SECONDS, SocketWatchdog
from bot.slack.socket_mode.sdk_socket import SdkSocket

THREADS: Final = 400
PING_SECONDS: Final = 1
UNHEALTHY_SECONDS: Final = 60
ACK_SECONDS: Final = 3
_POLL_SECONDS: Final = 0.002


class SocketConnection:
    """Receives what Slack sends and hands it to a Bolt app.

    `on_connected` is called, on a thread of slack_sdk, whenever Slack greets a new connection: events sent before may
    never have reached us. `ack_seconds` is how long Slack waits for an acknowledgement; `silent_seconds` is the time
    without an answer to a ping after which a connection is replaced.
    """

    def __init__(
        self,
        app: App,
        app_token: str,
        *,
        on_connected: Callable[[], None] = lambda: None,
        ack_seconds: float = ACK_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
        retry: StartupRetry | None = None,
    ) -> None:
        self._retry = retry or StartupRetry()
        self._socket = SdkSocket.of(app, app_token, threads=THREADS, ping_seconds=PING_SECONDS)
        self._ack_seconds = ack_seconds
        self._received, self._handled = 0, 0
        self._counting = Lock()
        self._socket.on_frame(self._on_frame)
        self._socket.on_handled(self._on_handled)
        self._socket.on_hello(on_connected)
        self._watchdog = SocketWatchdog(self._socket, RealClock(), silent_seconds=silent_seconds)

    def start(self) -> None:
        """Connect and return, once Slack answers."""
        self._retry.until_answered(self._socket.connect)
        self._watchdog.start()

    def stop(self) -> None:
        """Disconnect once everything received is acknowledged, or when Slack no longer waits for it.

        Slack sends to a connection until it is closed, and shows people an error for what is never acknowledged.
        """
        self._watchdog.stop()
        deadline = time.monotonic() + self._ack_seconds
        while not self.is_idle() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        self._socket.close()

    def is_idle(self) -> bool:
        """True if everything that was received has been handled, and nothing waits to be read."""
        with self._counting:
            is_handled = self._received <= self._handled and not self._socket.has_queued()
        return is_handled and not self._socket.has_unread()

    def is_healthy(self) -> bool:
        """True if connected, and Slack has answered a ping within the last minute."""
        return self._was_answered_within(UNHEALTHY_SECONDS)

    def is_connected(self) -> bool:
        """True if connected now: the last pings were answered."""
        return self._was_answered_within(ACK_SECONDS)

    def _was_answered_within(self, seconds: float) -> bool:
        pong = self._socket.last_pong
        return self._socket.is_connected() and (pong is None or RealClock().now().timestamp() - pong < seconds)

    def _on_frame(self, raw: str) -> None:
        with self._counting:
            self._received += '"envelope_id"' in raw

    def _on_handled(self) -> None:
        with self._counting:
            self._handled += 1
