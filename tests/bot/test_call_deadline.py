"""A server that sends a byte now and then holds no call for longer than its time."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext, create_default_context
from threading import Event, Thread
from urllib.request import Request

import pytest
from pydantic import SecretStr
from slack_sdk import WebClient

from bot import timestamp_authority
from bot.call_deadline import connect_until, open_within, run_within
from bot.clock import SetClock
from bot.feeds.feed_fetch import fetch
from bot.feeds.feed_problem import FeedProblem
from bot.notify.channels.smtp_mail import SmtpMail
from bot.notify.provider_api import CallFailed, ProviderApi
from bot.slack.client.client_factory import client_for
from bot.slack.responder import ReplyTarget, Responder
from bot.worker.port import Unknown
from tests.support.clock import T
from tests.support.smtp_double import server_tls, write_certificate
from tests.support.wait import until

LIMIT = 0.4
# Each byte comes well within the limit; all of them would take ten seconds.
PAUSE, BYTES = 0.1, 100
LATE = 3.0


@dataclass
class Dripping:
    """A server that sends what the test says, then a byte at a time."""

    start: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    tls: SSLContext | None = None

    def __post_init__(self) -> None:
        self._ended = Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.served = 0
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._ended.set()
        self._listening.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.served += 1
                Thread(target=self._drip, args=(connection,), daemon=True).start()

    def _drip(self, connection: socket.socket) -> None:
        with (
            suppress(OSError),
            connection if self.tls is None else self.tls.wrap_socket(connection, True) as connection,
        ):
            connection.sendall(self.start)
            for _ in range(BYTES):
                if self._ended.wait(PAUSE):
                    return
                connection.sendall(b"2")


@pytest.fixture
def server() -> Iterator[Dripping]:
    dripping = Dripping()
    yield dripping
    dripping.close()


def seconds(call: Callable[[], object]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Long: ", b""]
)
def test_a_feed_that_drips_is_given_up_wherever_it_drips(start: bytes, server: Dripping) -> None:
    server.start = start

    def ask() -> None:
        with pytest.raises(FeedProblem):
            fetch(server.url, timeout=LIMIT)

    assert seconds(ask) < LATE


def test_redirects_share_one_deadline(server: Dripping) -> None:
    server.start = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /next\r\nX-Slow: "

    def ask() -> None:
        with pytest.raises(FeedProblem):
            fetch(server.url, timeout=LIMIT)

    assert seconds(ask) < LATE
    assert server.served == 1


def test_a_redirect_to_what_has_no_deadline_is_not_followed(server: Dripping) -> None:
    elsewhere = Dripping(b"220 ready\r\n")
    server.start = (
        f"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ftp://127.0.0.1:{elsewhere.port}/a\r\n\r\n".encode()
    )

    with pytest.raises(FeedProblem):
        fetch(server.url, timeout=LIMIT)
    elsewhere.close()

    assert elsewhere.served == 0


def test_a_call_to_a_provider_that_drips_may_have_arrived(server: Dripping) -> None:
    api = ProviderApi("Provider", server.url, "the token", SetClock(T(0)), timeout=LIMIT)

    def call() -> None:
        with pytest.raises(CallFailed) as failed:
            api.post("/", {})
        assert failed.value.result == Unknown("Provider does not answer.")

    assert seconds(call) < LATE


def test_an_authority_that_drips_is_asked_later(server: Dripping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timestamp_authority, "_TIMEOUT_SECONDS", LIMIT)

    def ask() -> None:
        with pytest.raises(timestamp_authority.TimestampUnavailable):
            timestamp_authority._post(server.url, b"query")

    assert seconds(ask) < LATE


@pytest.mark.parametrize("start", [b"220 ready\r\n250", b"220-welcome", b""])
def test_a_mail_server_that_drips_does_not_answer(start: bytes, server: Dripping) -> None:
    server.start = start
    mail = SmtpMail(SecretStr(f"smtp://127.0.0.1:{server.port}"), "m@example.org", SetClock(T(0)), timeout=LIMIT)

    began = time.monotonic()
    assert mail.check() == Unknown("The mail server does not answer.")
    assert time.monotonic() - began < LATE


def test_a_server_that_drips_inside_tls_is_given_up(server: Dripping, tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "double.pem")
    server.tls = server_tls(certificate)
    trusted = create_default_context(cafile=str(certificate))

    def call() -> None:
        request = Request(server.url.replace("http", "https"))
        with open_within(LIMIT, request, tls=trusted) as response:
            response.read()

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        call()
    assert time.monotonic() - began < LATE


def test_a_call_with_connections_of_its_own_is_left_behind_and_not_too_many_are() -> None:
    ended, started = Event(), list[int]()

    def work() -> bool:
        started.append(1)
        return ended.wait(30)

    for _ in range(20):
        with pytest.raises(TimeoutError):
            run_within(0.01, work)
    ended.set()

    assert len(started) == 16
    until(_is_free, "the threads have ended")


def _is_free() -> bool:
    with suppress(TimeoutError):
        return run_within(10, lambda: True)
    return False


def slack(server: Dripping) -> WebClient:
    client = client_for(f"{server.url}/api/", "xoxb-1", timeout=1)
    client.timeout = LIMIT  # type: ignore[assignment]
    return client


def test_a_call_to_slack_that_drips_ends(server: Dripping) -> None:
    def call() -> None:
        with pytest.raises(OSError, match=r"too long|timed out"):
            slack(server).auth_test()

    assert seconds(call) < LATE


def test_a_reply_to_a_person_that_drips_ends(server: Dripping, caplog: pytest.LogCaptureFixture) -> None:
    responder = Responder(slack(server))

    took = seconds(lambda: responder.send(ReplyTarget("U1", response_url=server.url), "text", []))
    responder.close()

    assert took < 8
    assert "a reply was not sent" in caplog.text


@contextmanager
def silent_place() -> Iterator[tuple[str, int]]:
    """An address that never answers: nothing accepts behind a full queue, so that connecting to it waits."""
    with ExitStack() as held:
        full = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            one = held.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        yield full.getsockname()


def resolve_to(monkeypatch: pytest.MonkeyPatch, *places: tuple[str, int]) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)


def test_a_host_with_many_addresses_that_do_not_answer_takes_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with silent_place() as place:
        resolve_to(monkeypatch, *[place] * 20)

        def connect() -> None:
            with pytest.raises(TimeoutError):
                connect_until(time.monotonic() + LIMIT, ("many.example.org", place[1]))

        assert seconds(connect) < LATE


def test_an_address_that_never_answers_leaves_time_for_the_next(
    server: Dripping, monkeypatch: pytest.MonkeyPatch
) -> None:
    with silent_place() as place:
        resolve_to(monkeypatch, place, ("127.0.0.1", server.port))

        with connect_until(time.monotonic() + 1, ("two.example.org", 443), pause=30) as opened:
            assert opened.getpeername()[1] == server.port
            assert opened.pause == 30


def test_a_part_that_does_not_come_ends_a_long_call(server: Dripping) -> None:
    def read() -> None:
        with open_within(60, Request(server.url), pause=PAUSE / 2) as response, pytest.raises(TimeoutError):
            response.read()

    assert seconds(read) < LATE


def test_a_whole_reply_within_the_time_is_read(server: Dripping) -> None:
    server.start = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"

    with open_within(10, Request(server.url)) as response:
        assert response.read() == b"222"
