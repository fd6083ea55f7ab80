"""The socket dies, goes deaf or is refreshed, and people notice nothing but a moment's wait."""

import logging
import re
import socket
import threading
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from types import SimpleNamespace

import pytest
from slack_sdk.socket_mode.builtin.connection import Connection

from bot.clock import SetClock
from bot.slack.socket_mode.reconnect_watchdog import SILENT_SECONDS, SocketWatchdog
from incident.entries.conversation import MessagePosted, Noted


def texts(place, incident, kind):
    return [entry.fact.text for entry in place.entries(incident.key, kind.kind)]


def test_a_socket_that_is_cut_is_replaced_and_we_know_that_something_may_be_missing(place, channel, incident):
    greeted = len(place.greetings)
    place.sandbox.faults.drop_sockets()
    place.until(lambda: place.sandbox.sockets.count() == 0)

    assert place.sandbox.wait_for_socket(10)
    place.acting.slash("ann", channel, "/incident", "note heard again")

    assert texts(place, incident, Noted) == ["heard again"]
    assert len(place.greetings) > greeted > 0


@pytest.mark.parametrize("how", ["deafen_sockets", "drop_sockets"])
def test_a_socket_that_dies_without_a_word_is_noticed_and_replaced_within_ten_seconds(place, channel, incident, how):
    """Five seconds of silence, half a second to look, one until the client opens another."""
    before = opened(place)
    getattr(place.sandbox.faults, how)()
    began = time.monotonic()

    place.until(lambda: opened(place) > before, timeout=20)
    took = time.monotonic() - began
    place.until(lambda: place.acting.slash("ann", channel, "/incident", f"note {how}").acked, timeout=20)

    assert took < 10
    assert texts(place, incident, Noted)[-1] == how


def opened(place):
    return [one.name for one in place.sandbox.traffic.since(0, 1000) if one.kind == "socket"].count("opened")


class Mute:
    """Takes connections, shakes hands, and never says a word. What it has taken in hand is in `taken`."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.taken = threading.Event()
        threading.Thread(target=self._greet, daemon=True).start()

    def _greet(self):
        self.line, _ = self.listener.accept()
        asked = self.line.recv(4096).decode()
        key = re.search(r"Sec-WebSocket-Key: (\S+)", asked)[1]
        digest = b64encode(sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()
        lines = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", f"Sec-WebSocket-Accept: {digest}", "", "")
        self.line.sendall("\r\n".join(lines).encode())
        self.taken.set()

    def close(self):
        self.line.close()
        self.listener.close()


def test_a_connection_that_was_never_answered_is_given_up_too():
    """The client itself judges by the last answer, and keeps for good what never gave one."""
    mute, clock = Mute(), SetClock(datetime.now(UTC))
    host, port = mute.listener.getsockname()
    connection = Connection(f"ws://{host}:{port}/", logging.getLogger(__name__))
    silence = SocketWatchdog(SimpleNamespace(current_session=connection), clock)
    connection.connect()
    assert mute.taken.wait(10)

    ended = [silence.look()]
    clock.set(clock.now() + timedelta(seconds=SILENT_SECONDS - 0.1))
    ended.append(silence.look())
    clock.set(clock.now() + timedelta(seconds=0.1))
    ended += [silence.look(), silence.look()]
    mute.close()

    assert ended == [False, False, True, False]
    assert connection.last_ping_pong_time is None
    assert not connection.is_active()


def test_a_refreshed_socket_loses_nothing(place, channel, incident):
    place.sandbox.faults.refresh_sockets()
    for number in range(10):
        place.acting.post("ann", channel, f"line {number}")

    assert place.sandbox.settle()
    assert sorted(texts(place, incident, MessagePosted)) == [f"line {number}" for number in range(10)]
