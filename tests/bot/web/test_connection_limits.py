"""The HTTP server is never held up by connections that ask nothing: they are few, and cut off."""

import contextlib
import logging
import socket
import time

import pytest

from bot.web.connection_limits import MOST_CONNECTIONS, ConnectionLimits
from bot.web.http_app import web_app
from bot.web.http_server import WebServer

LIMITS = ConnectionLimits(most=6, arrival_seconds=0.5)
ASK = b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def server():
    opened = WebServer(web_app(lambda: True), port=0, limits=LIMITS)
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture
def connect(server):
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=3))


def read(connection) -> bytes:
    """Return what a server sends until it closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(4096):
            received += part
    return received


def test_the_port_is_open_to_this_machine_only_unless_an_address_is_set(server):
    assert server._server.servers[0].sockets[0].getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "start", [b"", b"GET /healthz HTTP/1.1\r\nHost: h\r\nX-Slow: 1"], ids=["silent", "half a head"]
)
def test_a_connection_that_sends_no_whole_request_is_cut_off(connect, start):
    one = connect()
    one.sendall(start)

    assert read(one) == b""


def test_a_body_that_stays_away_is_cut_off(connect):
    one = connect()
    one.sendall(b"POST /slack/events HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf")

    began = time.monotonic()
    read(one)

    assert time.monotonic() - began < 2


def test_a_second_request_that_stays_incomplete_is_cut_off(connect):
    one = connect()
    one.sendall(ASK.replace(b"Connection: close\r\n", b""))
    assert b"200 OK" in one.recv(4096)

    one.sendall(b"GET /healthz HTTP/1.1\r\nX-")
    one.sendall(b"Slow: 1\r\n")

    began = time.monotonic()
    assert b"HTTP/1.1" not in read(one)
    assert time.monotonic() - began < 2


def test_one_address_gets_half_of_the_connections_and_the_rest_are_closed_at_once(connect, caplog):
    caplog.set_level(logging.WARNING, "bot.web.connection_limits")
    LIMITS._logged_at = float("-inf")
    held = [connect() for _ in range(LIMITS.most_of_one_address)]

    refused = [connect() for _ in range(20)]
    began = time.monotonic()
    assert [read(one) for one in refused] == [b""] * 20

    assert time.monotonic() - began < 0.5
    assert len([line for line in caplog.messages if "refused" in line]) == 1
    assert [read(one) for one in held] == [b""] * len(held)


def test_a_server_answers_again_once_the_silent_connections_are_cut_off(connect):
    held = [connect() for _ in range(LIMITS.most_of_one_address)]
    assert [read(one) for one in held] == [b""] * len(held)

    one = connect()
    one.sendall(ASK)

    assert b"200 OK" in read(one)


def test_a_malformed_request_is_answered_and_leaves_no_line_in_the_log(connect, caplog):
    caplog.set_level(logging.WARNING)
    one = connect()
    one.sendall(b"\x00\x01 nonsense\r\n\r\n")

    assert b" 400 " in read(one)
    assert caplog.messages == []


def test_the_process_keeps_three_quarters_of_its_descriptors(monkeypatch):
    monkeypatch.setattr("bot.web.connection_limits.resource.getrlimit", lambda _: (400, 400))
    few = ConnectionLimits.of_process()
    monkeypatch.setattr("bot.web.connection_limits.resource.getrlimit", lambda _: (100_000, 100_000))

    assert (few.most, few.most_of_one_address) == (100, 50)
    assert ConnectionLimits.of_process().most == MOST_CONNECTIONS
