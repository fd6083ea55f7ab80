"""How the socket is ended: in a quiet moment, so that nobody who was heard goes without an answer, and in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from select import select

import pytest

from bot.slack.client.client_factory import ANSWER_SECONDS
from incident.entries.conversation import Noted
from tests.bot.slack.workplace import Workplace


@pytest.fixture
def workplace(sqlite_url: str) -> Iterator[Workplace]:
    """Give a workspace of its own, since its socket is ended here."""
    opened = Workplace(sqlite_url)
    yield opened
    opened.close()


def test_whoever_was_heard_is_answered_before_the_socket_ends(workplace: Workplace) -> None:
    incident = workplace.incident()
    busy, free = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        busy.set()
        assert free.wait(20)

    with ThreadPoolExecutor(3) as hands:
        holding = hands.submit(workplace.store.transactions.write, hold)
        assert busy.wait(20)
        typed = hands.submit(workplace.acting.slash, "ann", "inc-1", "/incident", "note typed at the end")
        workplace.until(lambda: not workplace.socket._is_quiet())
        ending = hands.submit(workplace.socket.stop)
        time.sleep(0.3)
        still_there = workplace.sandbox.sockets.count()
        free.set()
        holding.result(20)
        delivery = typed.result(20).wait()
        ending.result(20)

    workplace.until(lambda: workplace.sandbox.sockets.count() == 0)
    assert still_there == 1
    assert (delivery.acked, delivery.error) == (True, None)
    assert [e.fact.text for e in workplace.entries(incident.key, Noted.kind)] == ["typed at the end"]


def test_a_socket_through_which_nothing_comes_ends_at_once(workplace: Workplace) -> None:
    began = time.monotonic()

    workplace.socket.stop()

    assert time.monotonic() - began < ANSWER_SECONDS
    workplace.until(lambda: workplace.sandbox.sockets.count() == 0)


def test_what_is_never_answered_does_not_keep_it_open_for_longer_than_slack_waits(workplace: Workplace) -> None:
    """Slack has shown the person an error by then, and whatever is done after that is done in vain."""
    workplace.socket._on_frame('{"envelope_id": "never answered"}')
    began = time.monotonic()

    workplace.socket.stop()

    assert ANSWER_SECONDS <= time.monotonic() - began < 2 * ANSWER_SECONDS


def test_what_has_come_and_was_not_read_yet_is_read_before_the_socket_ends(workplace: Workplace) -> None:
    session = workplace.socket._handler.client.current_session
    workplace.until(workplace.socket._is_quiet)

    with session.sock_receive_lock:
        # The reader waits at its lock now, so that what comes stays unread.
        workplace.acting.create_channel("ann", "unheard")
        workplace.until(lambda: select([session.sock], [], [], 0)[0])
        heard = workplace.socket._is_quiet()

    assert not heard
    workplace.until(workplace.socket._is_quiet)
