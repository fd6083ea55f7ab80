"""The socket of slack_sdk's Socket Mode client, with the parts of it that slack_sdk does not document.

No other module touches those parts, so that a new slack_sdk can break only this one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from errno import ECONNRESET
from select import select
from socket import SHUT_RDWR
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler

from bot.call_deadline import trusted_tls


class SdkSocket:
    """One client and whatever connection it has at the moment; the client replaces a connection that ended."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @classmethod
    def of(cls, app: App, app_token: str, *, threads: int, ping_seconds: float) -> SdkSocket:
        """Make a client that hands what Slack sends to a Bolt app on `threads` threads."""
        handler = SocketModeHandler(app, app_token, concurrency=threads, ping_interval=ping_seconds)
        handler.client.web_client.ssl = trusted_tls()
        socket = cls(handler.client)
        socket.on_frame(socket.end_when_cut)
        return socket

    def on_frame(self, callback: Callable[[str], None]) -> None:
        """Call back with each frame as it arrives, before Bolt sees it."""
        self._client.on_message_listeners.append(callback)

    def end_when_cut(self, _frame: str) -> None:
        """End the connection as soon as Slack has cut it; called on the reading thread, with its first frame at the latest."""
        session = self._client.current_session
        if session.sock is not None and not isinstance(session.sock, _CutSocket):
            session.sock = _CutSocket(session.sock, lambda: self._client.current_session_state.terminated)

    def on_handled(self, callback: Callable[[], None]) -> None:
        """Call back after Bolt has handled an envelope, whatever the result."""
        self._client.socket_mode_request_listeners.append(lambda client, request: callback())

    def on_hello(self, callback: Callable[[], None]) -> None:
        """Call back when Slack greets a new connection."""

        def on_message(client: Any, message: dict[str, Any], raw: str | None) -> None:
            if message.get("type") == "hello":
                callback()

        self._client.message_listeners.append(on_message)

    def connect(self) -> None:
        """Connect by an address of its own, since Slack's are soon void; raises what the Web API client raises."""
        self._client.wss_uri = None
        self._client.connect()

    def is_connected(self) -> bool:
        """True if the client has a connection."""
        return bool(self._client.is_connected())

    @property
    def connection_id(self) -> str | None:
        """The id of the active connection, None while there is none."""
        session = self._client.current_session
        return str(session.session_id) if session is not None and session.is_active() else None

    @property
    def last_pong(self) -> float | None:
        """When the connection answered a ping last, in seconds since the epoch; None before the first answer."""
        session = self._client.current_session
        pong: float | None = session.last_ping_pong_time if session is not None else None
        return pong

    def has_queued(self) -> bool:
        """True if a frame was read and awaits a thread."""
        return not self._client.message_queue.empty()

    def has_unread(self) -> bool:
        """True if data has arrived that was not read yet."""
        session = self._client.current_session
        sock = session.sock if session is not None else None
        try:
            pending = getattr(sock, "pending", lambda: 0)()
            return sock is not None and bool(pending or select([sock], [], [], 0)[0])
        except (OSError, ValueError):
            return False  # It was just closed.

    def drop(self) -> None:
        """End the connection; the client opens another."""
        session = self._client.current_session
        self._client.current_session_state.terminated = True
        _wake_reader(session)
        with suppress(AttributeError, OSError):
            session.disconnect()

    def close(self) -> None:
        """End the connection for good, after the threads have handled what was read.

        The reading thread is woken: slack_sdk would wait three seconds for its next frame.
        """
        client = self._client
        client.auto_reconnect_enabled = False
        client.current_session_state.terminated = True
        _wake_reader(client.current_session)
        client.closed = True
        client.message_queue.put(None)
        client.message_processor.shutdown()
        client.message_workers.shutdown(wait=True)
        # The reading thread may be closing the same connection, which slack_sdk does not expect.
        with suppress(AttributeError, OSError):
            client.close()


class _CutSocket:
    """A socket on which the end of the data is an error, unless `is_ended` says that we ended it.

    slack_sdk takes it for silence, and would read again and again without a pause until its pings are missed.
    """

    def __init__(self, sock: Any, is_ended: Callable[[], bool]) -> None:
        self._sock = sock
        self._is_ended = is_ended

    def recv(self, size: int) -> bytes:
        """Return what has arrived."""
        data: bytes = self._sock.recv(size)
        if not data and not self._is_ended():
            raise ConnectionResetError(ECONNRESET, "Slack cut the connection")
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def _wake_reader(session: Any) -> None:
    """Wake the thread that reads from a connection. Another thread may be closing it, or it was never opened."""
    with suppress(AttributeError, OSError):
        session.sock.shutdown(SHUT_RDWR)
