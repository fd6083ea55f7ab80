"""The workspace is not the bottleneck: many messages, many concurrent commands, slow calls in parallel."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from sandbox.pretend_workspace import Sandbox
from tests.support.sandbox_client import client_of, general, hang_up, modal, section
from tests.support.wait import until


def test_five_hundred_messages_posted_at_once_each_reach_the_app_once(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    received: list[str] = []
    app = App(name="sample", client=client)
    app.event("message")(lambda event: received.append(event["ts"]))
    app.event("member_joined_channel")(lambda: None)
    handler = SocketModeHandler(app, sandbox.app_token)
    handler.connect()
    assert sandbox.wait_for_socket()
    client.conversations_join(channel=general(sandbox))
    assert sandbox.settle()
    received.clear()

    posted = [sandbox.actor.post("ann", "general", f"message {number}") for number in range(500)]

    assert sandbox.settle(20)
    until(lambda: len(received) >= 500)
    hang_up(handler)
    assert sorted(received) == posted


def test_fifty_commands_at_300_ms_latency_are_served_concurrently(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    opening = ThreadPoolExecutor(50)
    app = App(name="sample", client=client, process_before_response=True)

    @app.command("/do")
    def on_command(ack: Any, body: Any) -> None:
        opening.submit(client.views_open, trigger_id=body["trigger_id"], view=modal(section(body["text"])))
        ack()

    handler = SocketModeHandler(app, sandbox.app_token, concurrency=64)
    handler.connect()
    assert sandbox.wait_for_socket()
    sandbox.faults.set_latency(300)
    barrier = threading.Barrier(50)

    def type_it(number: int) -> float:
        barrier.wait()
        told = sandbox.actor.slash("ann", "general", "/do", str(number))
        assert told.acked
        return told.ack_ms or 0.0

    started = time.perf_counter()
    with ThreadPoolExecutor(50) as typing:
        acks = sorted(typing.map(type_it, range(50)))
    until(lambda: sum(one.name == "views.open" for one in sandbox.wire_log.since(0, 1000)) >= 50)
    took = time.perf_counter() - started
    opening.shutdown()
    hang_up(handler)

    assert acks[-1] < 2000
    assert took < 5  # One after the other the calls alone would take fifteen seconds.
