"""A connection closes when it is idle, so that every received request is acknowledged, and it closes in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from select import select

import pytest
from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult

from bot.slack.client.client_factory import client_for
from bot.slack.socket_mode.socket_connection import ACK_SECONDS, SocketConnection
from incident.entries.conversation import Noted
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person
from tests.support.slack_env import SlackEnv
from tests.support.wait import until

WAIT = 5
SHORT_ACK = 0.5


@pytest.fixture
def workplace(sqlite_url: str) -> Iterator[SlackEnv]:
    """A workspace of its own, since the test ends its connection."""
    opened = SlackEnv(sqlite_url)
    yield opened
    opened.close()


def test_a_request_in_progress_when_the_connection_stops_is_acknowledged() -> None:
    taken, go_on = threading.Event(), threading.Event()

    def slow(ack: Ack) -> None:
        taken.set()
        go_on.wait(WAIT)
        ack("done")

    with Sandbox([Person("ilse", "Ilse")]) as sandbox, ThreadPoolExecutor(2) as pool:
        app = App(
            client=client_for(sandbox.base_url),
            authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=None, bot_token=sandbox.bot_token),
            signing_secret="",
            request_verification_enabled=False,
            process_before_response=True,
        )
        app.command("/slow")(slow)
        socket = SocketConnection(app, sandbox.app_token)
        socket.start()
        assert sandbox.wait_for_socket()
        typed = pool.submit(sandbox.actor.slash, "ilse", "general", "/slow", "")
        assert taken.wait(WAIT)
        stopping = pool.submit(socket.stop)
        go_on.set()
        delivery = typed.result(WAIT)
        stopping.result(WAIT)

        assert delivery.acked
        assert delivery.payload == {"text": "done"}
        assert not socket.is_healthy()


def test_received_requests_are_acknowledged_before_the_connection_closes(workplace: SlackEnv) -> None:
    incident = workplace.incident()
    busy, free = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        busy.set()
        assert free.wait(20)

    with ThreadPoolExecutor(3) as pool:
        holding = pool.submit(workplace.store.transactions.write, hold)
        assert busy.wait(20)
        typed = pool.submit(workplace.actor.slash, "ann", "inc-1", "/incident", "note typed at the end")
        until(lambda: not workplace.socket.is_idle())
        stopping = pool.submit(workplace.socket.stop)
        time.sleep(0.3)
        still_connected = workplace.sandbox.sockets.count()
        free.set()
        holding.result(20)
        delivery = typed.result(20).wait()
        stopping.result(20)

    until(lambda: workplace.sandbox.sockets.count() == 0)
    assert still_connected == 1
    assert (delivery.acked, delivery.error) == (True, None)
    assert [e.fact.text for e in workplace.entries(incident.key, Noted.kind)] == ["typed at the end"]


def test_an_idle_connection_closes_at_once(workplace: SlackEnv) -> None:
    began = time.monotonic()

    workplace.socket.stop()

    assert time.monotonic() - began < ACK_SECONDS
    until(lambda: workplace.sandbox.sockets.count() == 0)


def test_an_unacknowledged_request_keeps_the_connection_open_no_longer_than_slack_waits(sqlite_url: str) -> None:
    """By then Slack has shown the person an error, and an acknowledgement would be in vain."""
    workplace = SlackEnv(sqlite_url, ack_seconds=SHORT_ACK)
    workplace.socket._on_frame('{"envelope_id": "never acknowledged"}')
    began = time.monotonic()

    workplace.socket.stop()
    took = time.monotonic() - began
    workplace.close()

    assert SHORT_ACK <= took < SHORT_ACK + ACK_SECONDS


def test_an_unread_request_is_read_before_the_connection_closes(workplace: SlackEnv) -> None:
    session = workplace.socket._socket._client.current_session
    until(workplace.socket.is_idle)

    with session.sock_receive_lock:
        # The reader waits at its lock now, so that what arrives stays unread.
        workplace.actor.create_channel("ann", "unheard")
        until(lambda: select([session.sock], [], [], 0)[0])
        idle = workplace.socket.is_idle()

    assert not idle
    until(workplace.socket.is_idle)
