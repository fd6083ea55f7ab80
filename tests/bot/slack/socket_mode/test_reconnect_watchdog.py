"""A connection that is cut, silent or refreshed is replaced after a short delay."""

from __future__ import annotations

import logging
import re
import shutil
import socket
import threading
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from types import SimpleNamespace

import pytest
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState

from bot.clock import SetClock
from bot.slack.socket_mode.reconnect_watchdog import SILENT_SECONDS, SocketWatchdog
from bot.slack.socket_mode.sdk_socket import SdkSocket
from incident.entries.conversation import MessagePosted, Noted
from tests.support.slack_env import SlackEnv
from tests.support.wait import until

SHORT_SILENCE = 2.5


@pytest.fixture(scope="module")
def place(sqlite_template, tmp_path_factory):
    """A workspace whose connections are replaced after a short silence; slack_sdk pings each second."""
    path = tmp_path_factory.mktemp("edge") / "muster.db"
    shutil.copy(sqlite_template, path)
    opened = SlackEnv(f"sqlite:///{path}", silent_seconds=SHORT_SILENCE)
    yield opened
    opened.close()


def texts(place, incident, kind):
    return [entry.fact.text for entry in place.entries(incident.key, kind.kind)]


def test_a_cut_connection_is_replaced_and_reported_as_a_possible_gap(place, channel, incident):
    greeted = len(place.greetings)
    place.sandbox.faults.drop_sockets()
    until(lambda: place.sandbox.sockets.count() == 0)

    assert place.sandbox.wait_for_socket(10)
    place.actor.slash("ann", channel, "/incident", "note back again")

    assert texts(place, incident, Noted) == ["back again"]
    assert len(place.greetings) > greeted > 0


@pytest.mark.parametrize("how", ["stall_sockets", "drop_sockets"])
def test_a_silent_connection_is_replaced_within_ten_seconds(place, channel, incident, how):
    """By default: five seconds of silence, half a second to detect it, one until the client opens another connection."""
    before = opened(place)
    getattr(place.sandbox.faults, how)()
    began = time.monotonic()

    until(lambda: opened(place) > before, seconds=20)
    took = time.monotonic() - began
    until(lambda: place.actor.slash("ann", channel, "/incident", f"note {how}").acked, seconds=20)

    assert took + SILENT_SECONDS - SHORT_SILENCE < 10
    assert texts(place, incident, Noted)[-1] == how


def opened(place):
    return [one.name for one in place.sandbox.wire_log.since(0, 1000) if one.kind == "socket"].count("opened")


class SilentServer:
    """Accepts one WebSocket connection and never sends a frame. `accepted` is set after the handshake."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.accepted = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        self.line, _ = self.listener.accept()
        request = self.line.recv(4096).decode()
        key = re.search(r"Sec-WebSocket-Key: (\S+)", request)[1]
        digest = b64encode(sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()
        lines = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", f"Sec-WebSocket-Accept: {digest}", "", "")
        self.line.sendall("\r\n".join(lines).encode())
        self.accepted.set()

    def close(self):
        self.line.close()
        self.listener.close()


def test_a_connection_that_never_answered_a_ping_is_ended_too():
    """slack_sdk judges a connection by its last pong, and keeps one that never sent any."""
    server, clock = SilentServer(), SetClock(datetime.now(UTC))
    host, port = server.listener.getsockname()
    connection = Connection(f"ws://{host}:{port}/", logging.getLogger(__name__))
    watchdog = SocketWatchdog(SdkSocket(client_of(connection)), clock)
    connection.connect()
    assert server.accepted.wait(10)

    ended = [watchdog.check()]
    clock.set(clock.now() + timedelta(seconds=SILENT_SECONDS - 0.1))
    ended.append(watchdog.check())
    clock.set(clock.now() + timedelta(seconds=0.1))
    ended += [watchdog.check(), watchdog.check()]
    server.close()

    assert ended == [False, False, True, False]
    assert connection.last_ping_pong_time is None
    assert not connection.is_active()


def client_of(connection):
    """The parts of slack_sdk's client that a socket needs, around a connection."""
    return SimpleNamespace(current_session=connection, current_session_state=ConnectionState())


def test_a_connection_that_is_cut_ends_at_once():
    """slack_sdk would read from it without a pause, a whole processor's worth, until some pings are missed."""
    server = SilentServer()
    host, port = server.listener.getsockname()
    connection = Connection(f"ws://{host}:{port}/", logging.getLogger(__name__))
    client = client_of(connection)
    connection.connect()
    SdkSocket(client).end_when_cut("hello")
    reading = threading.Thread(target=connection.run_until_completion, args=[client.current_session_state], daemon=True)
    reading.start()
    assert server.accepted.wait(10)

    server.line.shutdown(socket.SHUT_WR)
    reading.join(10)
    is_reading, client.current_session_state.terminated = reading.is_alive(), True
    server.close()

    assert not is_reading
    assert not connection.is_active()


def test_a_refreshed_connection_loses_nothing(place, channel, incident):
    place.sandbox.faults.refresh_sockets()
    for number in range(10):
        place.actor.post("ann", channel, f"line {number}")

    assert place.sandbox.settle()
    assert sorted(texts(place, incident, MessagePosted)) == [f"line {number}" for number in range(10)]
