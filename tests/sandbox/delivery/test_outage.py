"""The app is cut off: no connection stands, none is opened, and what happened meanwhile comes late, in its order."""

from __future__ import annotations

import threading
import time

from sandbox.delivery.dispatcher import DELAYED_RETRIES, Timing
from sandbox.pretend_workspace import Sandbox
from sandbox.state.workspace_clock import SetClock
from tests.sandbox.delivery.test_socket_mode_server import ack, frame, link
from tests.support.sandbox_client import WORKSPACE_START, client_of, general, people, refusal


def ended(sandbox: Sandbox) -> bool:
    deadline = time.monotonic() + 3
    while sandbox.sockets.count() and time.monotonic() < deadline:
        time.sleep(0.005)
    return sandbox.sockets.count() == 0


def test_who_is_cut_off_has_no_connection_and_gets_none_until_let_back(sandbox: Sandbox) -> None:
    opening = client_of(sandbox).apps_connections_open
    with link(sandbox) as socket:
        frame(socket)
        sandbox.faults.cut_off()
        assert ended(sandbox)
        shut = refusal(opening, app_token=sandbox.app_token)
    sandbox.faults.restore_connections()
    with link(sandbox) as again:
        hello = frame(again)

    assert (shut, hello["type"]) == ("service_unavailable", "hello")


def test_what_could_not_be_delivered_for_hours_comes_one_after_the_other_in_its_order() -> None:
    clock = SetClock(WORKSPACE_START)
    with Sandbox(people(), clock=clock, timing=Timing(retry_after=DELAYED_RETRIES, drop_after=86_400)) as sandbox:
        client_of(sandbox).conversations_join(channel=general(sandbox))
        assert sandbox.settle(2)
        for hour in range(3):
            clock.advance(3600)
            sandbox.actor.post("ann", "general", f"hour {hour}")
        assert sandbox.settle(2)
        heard = []
        with link(sandbox) as socket:
            frame(socket)
            worker = threading.Thread(target=sandbox.redeliver)
            worker.start()
            for _ in range(sandbox.dispatcher.scheduled_retries() + 1):
                envelope = frame(socket)
                heard.append(envelope["payload"]["event"].get("text", ""))
                ack(socket, envelope)
                if len([text for text in heard if text.startswith("hour")]) == 3:
                    break
            worker.join(5)

    assert [text for text in heard if text.startswith("hour")] == ["hour 0", "hour 1", "hour 2"]
