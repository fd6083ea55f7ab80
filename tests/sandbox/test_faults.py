"""Each fault as a plain client or a real app sees it."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from sandbox.delivery.dispatcher import Timing
from sandbox.pretend_workspace import Sandbox
from tests.support.sandbox_client import client_of, general, hang_up, people, refusal
from tests.support.wait import until

LOST = (URLError, ConnectionError, OSError)


def test_latency_slows_the_method_it_is_for_and_no_other(sandbox: Sandbox, client: WebClient) -> None:
    sandbox.faults.set_latency(150, "users.list")

    slow, fast = timed(client.users_list), timed(client.auth_test)

    assert slow >= 0.15 > fast
    sandbox.faults.clear()
    assert timed(client.users_list) < 0.15


def timed(call: Any) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def test_rate_limiting_affects_the_given_number_of_calls_with_the_given_retry_after(
    sandbox: Sandbox, client: WebClient
) -> None:
    sandbox.faults.too_many_requests("chat.postMessage", times=1, retry_after=7)

    with pytest.raises(SlackApiError) as limited:
        client.chat_postMessage(channel=general(sandbox), text="hi")

    assert limited.value.response.headers["Retry-After"] == "7"
    assert refusal(client.chat_postMessage, channel=general(sandbox), text="hi") == ""


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_call_with_a_server_error_is_not_executed(sandbox: Sandbox, client: WebClient, status: int) -> None:
    sandbox.faults.server_error(times=1, status=status)

    with pytest.raises(SlackApiError) as failed:
        client.chat_postMessage(channel=general(sandbox), text="hi")

    assert failed.value.response.status_code == status
    assert sandbox.snapshot("ann")["channels"][0]["messages"] == []


def test_a_call_with_a_lost_reply_is_executed(sandbox: Sandbox, client: WebClient) -> None:
    sandbox.faults.lose_reply("chat.postMessage")

    with pytest.raises(LOST):
        client.chat_postMessage(channel=general(sandbox), text="hi")

    assert [one["text"] for one in sandbox.snapshot("ann")["channels"][0]["messages"]] == ["hi"]
    assert refusal(client.auth_test) == ""


def test_an_injected_error_affects_the_given_number_of_calls(sandbox: Sandbox, client: WebClient) -> None:
    sandbox.faults.fail_with("team_access_not_granted", "conversations.create", times=2)

    errors = [refusal(client.conversations_create, name=f"inc-{number}") for number in range(3)]

    assert errors == ["team_access_not_granted", "team_access_not_granted", ""]


class Listener:
    """An app that only receives events."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.received: list[tuple[str, str]] = []
        client = client_of(sandbox)
        sandbox.workspace.find_channel("general").members.append(sandbox.workspace.bot.id)
        app = App(name="sample", client=client, process_before_response=True)
        app.event("message")(self.on_message)
        app.event({"type": "message", "subtype": "message_changed"})(self.on_message)
        self.handler = SocketModeHandler(app, sandbox.app_token, ping_interval=1)

    def on_message(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        payload = event.get("message", event)["text"]
        self.received.append((body["event_id"], payload))

    def wait(self, count: int, timeout: float = 15.0) -> list[str]:
        deadline = time.monotonic() + timeout
        while len(self.received) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return [payload for _, payload in self.received]


@pytest.fixture
def hearing() -> Iterator[tuple[Sandbox, Listener]]:
    with Sandbox(people(), strict_tiers=False, timing=Timing(0.5, (0.2,) * 40)) as sandbox:
        listener = Listener(sandbox)
        listener.handler.connect()
        assert sandbox.wait_for_socket(5)
        yield sandbox, listener
        hang_up(listener.handler)


def test_a_duplicated_event_arrives_twice_with_one_id(hearing: tuple[Sandbox, Listener]) -> None:
    sandbox, listener = hearing
    sandbox.faults.duplicate_events(1)

    sandbox.actor.post("ann", "general", "twice")
    sandbox.actor.post("ann", "general", "once")

    assert sorted(listener.wait(3)) == ["once", "twice", "twice"]
    assert len({event_id for event_id, _ in listener.received}) == 2


def test_an_edit_can_arrive_before_its_message(hearing: tuple[Sandbox, Listener]) -> None:
    sandbox, listener = hearing
    sandbox.faults.reorder_messages(1)

    ts = sandbox.actor.post("ann", "general", "first")
    sandbox.actor.edit("ann", "general", ts, "second")

    assert sandbox.settle(5)
    sent = [one.detail["event"].get("subtype") for one in sandbox.wire_log.since(0) if one.kind == "envelope"]
    assert sent[-2:] == ["message_changed", None]
    assert sorted(listener.wait(2)) == ["first", "second"]


def test_no_event_is_lost_after_a_dropped_socket_reconnects() -> None:
    with Sandbox(people(), strict_tiers=False, timing=Timing(0.5, (0.05,) * 40)) as sandbox:
        client = client_of(sandbox)
        sandbox.workspace.find_channel("general").members.append(sandbox.workspace.bot.id)
        with link_to(sandbox, client) as dropped:
            dropped.recv(3)
            sandbox.faults.drop_sockets()
            with pytest.raises(ConnectionClosed):
                dropped.recv(3)
        until(lambda: sandbox.sockets.count() == 0)
        sandbox.actor.post("ann", "general", "after the drop")
        with link_to(sandbox, client) as fresh:
            fresh.recv(3)
            payload = json.loads(fresh.recv(3))

    assert payload["payload"]["event"]["text"] == "after the drop"
    assert (payload["retry_attempt"] > 0, payload["retry_reason"]) == (True, "connection_failed")


def link_to(sandbox: Sandbox, client: WebClient) -> ClientConnection:
    url = client.apps_connections_open(app_token=sandbox.app_token)["url"]
    return connect(url, proxy=None, ping_interval=None, close_timeout=0.1)


def test_a_stalled_socket_stays_open_and_transmits_nothing(sandbox: Sandbox, client: WebClient) -> None:
    client.conversations_join(channel=general(sandbox))
    with link_to(sandbox, client) as stalled:
        stalled.recv(3)

        sandbox.faults.stall_sockets()
        until(lambda: not stalled.ping().wait(0.05), "a ping is not answered")
        sandbox.actor.post("ann", "general", "into the void")

        with pytest.raises(TimeoutError):
            stalled.recv(0.2)
        assert (sandbox.sockets.count(), sandbox.outstanding()) == (1, 1)


def test_no_event_is_lost_in_a_refresh(hearing: tuple[Sandbox, Listener]) -> None:
    sandbox, listener = hearing

    sandbox.faults.refresh_sockets()
    for number in range(20):
        sandbox.actor.post("ann", "general", str(number))

    assert set(listener.wait(20)) == {str(number) for number in range(20)}


def test_a_repeated_envelope_arrives_twice_unchanged(sandbox: Sandbox, client: WebClient) -> None:
    with link_to(sandbox, client) as socket:
        socket.recv(3)
        sandbox.faults.repeat_envelopes(1)
        typing = threading.Thread(target=sandbox.actor.slash, args=("ann", "general", "/do", "it"))
        typing.start()
        first, second = (json.loads(socket.recv(3)) for _ in range(2))
        socket.send(json.dumps({"envelope_id": first["envelope_id"]}))
        typing.join()

    assert first == second
    assert sandbox.outstanding() == 0


def test_a_held_message_without_a_following_event_is_sent_alone(sandbox: Sandbox, client: WebClient) -> None:
    sandbox.workspace.find_channel("general").members.append(sandbox.workspace.bot.id)
    with link_to(sandbox, client) as socket:
        socket.recv(3)
        sandbox.faults.reorder_messages(1)
        sandbox.actor.post("ann", "general", "alone")
        held = sandbox.outstanding()
        payload = json.loads(socket.recv(3))

    assert (held, payload["payload"]["event"]["text"]) == (1, "alone")
