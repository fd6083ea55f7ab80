"""Lines to Slack: clients with no retries of their own, who we are, and the socket on which Slack calls us.

A client for an address on this machine uses no proxy. Everybody else's proxy settings are obeyed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from select import select
from ssl import SSLSocket
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.clock import RealClock
from bot.slack.client.startup_retry import retry_transient
from bot.slack.socket_mode.reconnect_watchdog import SocketWatchdog, wake_reader

CONCURRENCY: Final = 400
PING_SECONDS: Final = 1
DEAF_SECONDS: Final = 60
ANSWER_SECONDS: Final = 3
_MOMENT: Final = 0.002
CallObserver = Callable[[str, str], None]
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class CountedClient(WebClient):
    """A client that tells of each call how it ended."""

    called: CallObserver = staticmethod(lambda method, result: None)

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        """Call a method, and tell how it ended."""
        try:
            answer = super().api_call(api_method, **arguments)
        except SlackApiError as refused:
            self.called(api_method, _result(refused))
            raise
        except (OSError, HTTPException):
            self.called(api_method, "unknown")
            raise
        self.called(api_method, "ok")
        return answer


def client_for(
    base_url: str, token: str | None = None, *, timeout: int = 10, called: CallObserver | None = None
) -> WebClient:
    """Make a client that tries once: what is to be tried again is a job, and a job knows when."""
    client = CountedClient(token=token, base_url=base_url, timeout=timeout, retry_handlers=[])
    if called is not None:
        client.called = called
    if urlsplit(base_url).hostname in _HERE:
        client.proxy = None
    return client


def _result(refused: SlackApiError) -> str:
    status = getattr(refused.response, "status_code", 200)
    if status == 429:
        return "too_many"
    return "trouble" if status >= 500 else "refused"


def identify(client: WebClient) -> AuthorizeResult:
    """Ask Slack once who we are: the team, our user, our bot."""
    told = client.auth_test()
    return AuthorizeResult(
        enterprise_id=told.get("enterprise_id"),
        team_id=told["team_id"],
        team=told.get("team"),
        bot_id=told.get("bot_id"),
        bot_user_id=told["user_id"],
        bot_token=client.token,
    )


class SocketConnection:
    """The Socket Mode connection. A dead one is replaced within seconds.

    `greeted` is called, on a thread of the client, whenever Slack greets a new connection: what was said before that
    may never have reached us.
    """

    def __init__(self, app: App, app_token: str, *, greeted: Callable[[], None] | None = None) -> None:
        self._handler = SocketModeHandler(app, app_token, concurrency=CONCURRENCY, ping_interval=PING_SECONDS)
        self._greeted = greeted
        self._came, self._answered = 0, 0
        self._counting = Lock()
        self._handler.client.on_message_listeners.append(self._on_frame)
        self._handler.client.socket_mode_request_listeners.append(self._on_answered)
        self._handler.client.message_listeners.append(self._on_message)
        self._silence = SocketWatchdog(self._handler.client, RealClock())

    def start(self) -> None:
        """Connect and return."""
        retry_transient(self._handler.connect)
        self._silence.start()

    def stop(self) -> None:
        """Disconnect in a moment in which everything that came is answered, or when Slack waits for no answer any more.

        Slack sends to a connection for as long as it stands, and shows people an error for what is never answered.
        """
        self._silence.stop()
        deadline = time.monotonic() + ANSWER_SECONDS
        while not self._is_quiet() and time.monotonic() < deadline:
            time.sleep(_MOMENT)
        self._end_reading()
        client = self._handler.client
        client.closed = True
        client.message_queue.put(None)
        client.message_processor.shutdown()  # type: ignore[no-untyped-call]
        client.message_workers.shutdown(wait=True)
        # The client's reading thread may just be closing the same connection, which the client does not foresee.
        with suppress(AttributeError, OSError):
            self._handler.close()  # type: ignore[no-untyped-call]

    def _is_quiet(self) -> bool:
        with self._counting:
            is_answered = self._came <= self._answered and self._handler.client.message_queue.empty()
        return is_answered and not self._has_more()

    def _has_more(self) -> bool:
        """Tell whether something has come that nobody has read yet."""
        session = self._handler.client.current_session
        sock = session.sock if session is not None else None
        try:
            pending = sock.pending() if isinstance(sock, SSLSocket) else 0
            return sock is not None and bool(pending or select([sock], [], [], 0)[0])
        except (OSError, ValueError):
            return False  # It was just closed.

    def _on_frame(self, raw: str) -> None:
        with self._counting:
            self._came += '"envelope_id"' in raw

    def _on_answered(self, client: Any, request: Any) -> None:
        """Count what was answered: called after Bolt's own listener, whatever came of that."""
        with self._counting:
            self._answered += 1

    def _on_message(self, client: Any, message: dict[str, Any], raw: str | None) -> None:
        if message.get("type") == "hello" and self._greeted is not None:
            self._greeted()

    def _end_reading(self) -> None:
        """Wake the thread that waits for the next frame, for which the client's own end would wait three seconds."""
        client = self._handler.client
        client.auto_reconnect_enabled = False
        client.current_session_state.terminated = True
        wake_reader(client.current_session)

    def is_healthy(self) -> bool:
        """Tell whether we are connected and Slack has answered a ping within the last minute."""
        return self._was_answered_within(DEAF_SECONDS)

    def is_connected(self) -> bool:
        """Tell whether we are connected just now: the last pings were answered."""
        return self._was_answered_within(ANSWER_SECONDS)

    def _was_answered_within(self, seconds: int) -> bool:
        client = self._handler.client
        session = client.current_session
        heard = session.last_ping_pong_time if session is not None else None
        return client.is_connected() and (heard is None or RealClock().now().timestamp() - heard < seconds)
