"""An outage: no connection is open, none is accepted, and the events arrive afterwards in their order."""

from __future__ import annotations

import threading
import time

from sandbox.delivery.dispatcher import DELAYED_RETRIES, Timing
from sandbox.pretend_workspace import Sandbox
from sandbox.state.workspace_clock import SetClock
from tests.support.sandbox_client import WORKSPACE_START, client_of, general, people, refusal
from tests.support.socket_client import ack, frame, link


def all_disconnected(sandbox: Sandbox) -> bool:
    deadline = time.monotonic() + 3
    while sandbox.sockets.count() and time.monotonic() < deadline:
        time.sleep(0.005)
    return sandbox.sockets.count() == 0


def test_an_app_in_an_outage_has_no_connection_until_the_outage_ends(sandbox: Sandbox) -> None:
    connections_open = client_of(sandbox).apps_connections_open
    with link(sandbox) as socket:
        frame(socket)
        sandbox.faults.cut_off()
        assert all_disconnected(sandbox)
        error = refusal(connections_open, app_token=sandbox.app_token)
    sandbox.faults.restore_connections()
    with link(sandbox) as again:
        hello = frame(again)

    assert (error, hello["type"]) == ("service_unavailable", "hello")


def test_events_of_an_outage_are_redelivered_in_their_order() -> None:
    clock = SetClock(WORKSPACE_START)
    with Sandbox(people(), clock=clock, timing=Timing(retry_after=DELAYED_RETRIES, drop_after=86_400)) as sandbox:
        client_of(sandbox).conversations_join(channel=general(sandbox))
        assert sandbox.settle(2)
        for hour in range(3):
            clock.advance(3600)
            sandbox.actor.post("ann", "general", f"hour {hour}")
        assert sandbox.settle(2)
        received = []
        with link(sandbox) as socket:
            frame(socket)
            worker = threading.Thread(target=sandbox.redeliver)
            worker.start()
            while len([text for text in received if text.startswith("hour")]) < 3:
                envelope = frame(socket)
                received.append(envelope["payload"]["event"].get("text", ""))
                ack(socket, envelope)
            worker.join(5)

    assert [text for text in received if text.startswith("hour")] == ["hour 0", "hour 1", "hour 2"]
