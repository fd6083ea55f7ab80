"""Socket Mode on the wire: a plain WebSocket instead of an SDK."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from sandbox.delivery.dispatcher import Timing
from sandbox.pretend_workspace import Sandbox
from sandbox.state.workspace_clock import SetClock
from tests.support.sandbox_client import WORKSPACE_START, client_of, general, people, person
from tests.support.socket_client import ack, frame, link


@pytest.fixture
def hasty() -> Iterator[Sandbox]:
    """A workspace with a tenth of a second to acknowledge, and no delay between retries."""
    with Sandbox(people(), strict_tiers=False, timing=Timing(0.1, (0.0, 0.0, 0.0))) as running:
        client_of(running).conversations_join(channel=general(running))
        yield running


def test_a_connection_begins_with_hello(sandbox: Sandbox) -> None:
    with link(sandbox) as socket:
        hello = frame(socket)

    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"]["app_id"] == sandbox.workspace.app_id
    assert hello["debug_info"]["approximate_connection_time"] > 0


def test_a_ticket_opens_one_connection_only(sandbox: Sandbox) -> None:
    url = client_of(sandbox).apps_connections_open(app_token=sandbox.app_token)["url"]

    with connect(url, proxy=None), pytest.raises(InvalidStatus):
        connect(url, proxy=None)


def test_the_eleventh_connection_is_rejected(sandbox: Sandbox) -> None:
    with ExitStack() as opened:
        for _ in range(10):
            opened.enter_context(link(sandbox))
        eleventh = opened.enter_context(link(sandbox))
        said = frame(eleventh)
        with pytest.raises(ConnectionClosed):
            eleventh.recv(3)

    assert (said["type"], said["reason"]) == ("disconnect", "too_many_websockets")


def test_a_ping_is_answered_with_its_own_payload(sandbox: Sandbox) -> None:
    with link(sandbox) as socket:
        answered = socket.ping("session:123.5").wait(3)

    assert answered is True


def test_an_acknowledged_event_is_not_sent_again(hasty: Sandbox) -> None:
    with link(hasty) as socket:
        frame(socket)
        ts = hasty.actor.post("ann", "general", "hi")
        envelope = frame(socket)
        ack(socket, envelope)

        assert hasty.settle(2)

    payload = envelope["payload"]
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
    assert (payload["type"], payload["event"]["ts"], payload["event"]["channel_type"]) == (
        "event_callback",
        ts,
        "channel",
    )
    assert payload["authorizations"][0]["user_id"] == hasty.workspace.bot.id


def test_an_unacknowledged_event_is_retried_three_times_with_the_same_id(hasty: Sandbox) -> None:
    with link(hasty) as socket:
        frame(socket)
        hasty.actor.post("ann", "general", "hi")
        seen = [frame(socket) for _ in range(4)]

        assert hasty.settle(2)

    assert len({one["envelope_id"] for one in seen}) == 4
    assert len({one["payload"]["event_id"] for one in seen}) == 1
    assert [(one["retry_attempt"], one["retry_reason"]) for one in seen] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]


def test_later_retries_wait_for_the_workspaces_clock() -> None:
    clock = SetClock(WORKSPACE_START)
    with Sandbox(people(), clock=clock, timing=Timing(0.05, (0.0, 60.0))) as sandbox:
        sandbox.workspace.find_channel("general").members.append(sandbox.workspace.bot.id)
        with link(sandbox) as socket:
            frame(socket)
            sandbox.actor.post("ann", "general", "hi")
            frame(socket), frame(socket)
            assert sandbox.settle(2)
            waiting = sandbox.dispatcher.scheduled_retries()
            clock.advance(60)
            third = frame(socket)
            ack(socket, third)
            assert sandbox.settle(2)

    assert (waiting, third["retry_attempt"]) == (1, 2)


def test_an_event_two_hours_late_is_dropped() -> None:
    clock = SetClock(WORKSPACE_START)
    with Sandbox(people(), clock=clock, timing=Timing(0.05, (60.0,))) as sandbox:
        client_of(sandbox).conversations_join(channel=general(sandbox))
        sandbox.actor.post("ann", "general", "nobody listens")
        assert sandbox.settle(2)
        clock.advance(7300)
        deadline = time.monotonic() + 2
        while sandbox.dispatcher.scheduled_retries() and time.monotonic() < deadline:
            time.sleep(0.005)

        assert (sandbox.dispatcher.scheduled_retries(), sandbox.outstanding()) == (0, 0)


def test_each_envelope_goes_to_one_connection_and_all_are_used(hasty: Sandbox) -> None:
    with link(hasty) as first, link(hasty) as second:
        frame(first), frame(second)
        for number in range(40):
            hasty.actor.post("ann", "general", str(number))
        seen: dict[int, list[str]] = {0: [], 1: []}
        for index, socket in enumerate((first, second)):
            while len(seen[0]) + len(seen[1]) < 40:
                try:
                    envelope = frame(socket, 0.02)
                except TimeoutError:
                    break
                ack(socket, envelope)
                if envelope["retry_attempt"] == 0:
                    seen[index].append(envelope["payload"]["event"]["text"])

    assert min(len(seen[0]), len(seen[1])) > 5
    assert len({*seen[0], *seen[1]}) == len(seen[0]) + len(seen[1]) == 40


def test_another_connection_may_acknowledge_a_command(sandbox: Sandbox) -> None:
    with link(sandbox) as first, link(sandbox) as second:
        frame(first), frame(second)
        box: list[Any] = []
        typing = threading.Thread(target=lambda: box.append(sandbox.actor.slash("ann", "general", "/do", "it")))
        typing.start()
        for socket, other in ((first, second), (second, first)):
            try:
                envelope = frame(socket, 0.2)
            except TimeoutError:
                continue
            ack(other, envelope, {"text": "done"})
        typing.join()

    assert (box[0].acked, box[0].payload) == (True, {"text": "done"})
    assert sandbox.snapshot("ann")["channels"][0]["messages"][-1]["text"] == "done"


def test_an_unacknowledged_command_times_out_and_is_not_retried(hasty: Sandbox) -> None:
    with link(hasty) as socket:
        frame(socket)
        told = hasty.actor.slash("ann", "general", "/do", "it")
        envelope = frame(socket)
        with pytest.raises(TimeoutError):
            frame(socket, 0.15)
        ack(socket, envelope, {"text": "too late"})
        assert hasty.settle(1)

    assert (told.acked, told.error) == (False, "operation_timeout")
    assert envelope["payload"]["command"] == "/do"
    assert all(one["text"] != "too late" for one in hasty.snapshot("ann")["channels"][0]["messages"])


def test_a_command_without_an_open_connection_fails_at_once(sandbox: Sandbox) -> None:
    told = sandbox.actor.slash("ann", "general", "/do", "it")

    assert (told.acked, told.error) == (False, "dispatch_failed")


def test_an_unacknowledged_shortcut_shows_an_error(hasty: Sandbox) -> None:
    with link(hasty) as socket:
        frame(socket)
        told = hasty.actor.global_shortcut("ann", "start")

    assert told.error == "trouble connecting"


def test_a_connection_that_is_asked_to_refresh_receives_nothing_new_if_another_is_open(sandbox: Sandbox) -> None:
    client_of(sandbox).conversations_join(channel=general(sandbox))
    with link(sandbox) as old:
        frame(old)
        sandbox.faults.refresh_sockets()
        said = frame(old)
        with link(sandbox) as fresh:
            frame(fresh)
            for number in range(10):
                sandbox.actor.post("ann", "general", str(number))
            for _ in range(10):
                ack(fresh, frame(fresh))
            assert sandbox.settle(2)

    assert (said["type"], said["reason"]) == ("disconnect", "refresh_requested")


def test_a_message_shortcut_holds_person_and_message(sandbox: Sandbox) -> None:
    ts = sandbox.actor.post("bob", "general", "keep this")
    with link(sandbox) as socket:
        frame(socket)
        doing = threading.Thread(target=sandbox.actor.message_shortcut, args=("ann", "general", ts, "keep"))
        doing.start()
        envelope = frame(socket)
        ack(socket, envelope)
        doing.join()

    payload = envelope["payload"]
    assert (payload["type"], payload["callback_id"], payload["message_ts"]) == ("message_action", "keep", ts)
    assert (payload["user"]["id"], payload["message"]["text"]) == (person(sandbox, "ann"), "keep this")
    assert payload["response_url"].startswith(sandbox.page_url)
    assert payload["trigger_id"]
