"""A workspace that stops drops its pending envelopes, and no thread waits for them."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from sandbox.delivery.dispatcher import Dispatcher, Timing
from sandbox.delivery.envelope import Delivery, Envelope
from sandbox.delivery.http_delivery import HttpDelivery
from sandbox.faults import Faults
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Payload
from sandbox.state.workspace import Workspace
from sandbox.state.workspace_clock import SetClock
from sandbox.wire_log import WireLog
from tests.support.sandbox_client import WORKSPACE_START, client_of, refusal

EVENT: Payload = {"event_time": int(WORKSPACE_START.timestamp()), "event": {"type": "message"}}
SOON = Timing(retry_after=(60.0,))


class InterruptingClock(SetClock):
    """A clock that runs a callback once when it is read."""

    then: Callable[[], None] | None = None

    def now(self) -> datetime:
        then, self.then = self.then, None
        if then is not None:
            then()
        return super().now()


class InterruptingPayload(dict[str, Any]):
    """A payload that runs a callback when it is read, in the middle of `retry_due`."""

    then: Callable[[], None] = staticmethod(lambda: None)

    def get(self, *given: object) -> object:
        self.then()
        return super().get(*given)


class NoApp:
    """A transport without an app: it sends nothing."""

    def deliver(self, _: Envelope) -> bool:
        return False


@pytest.fixture
def clock() -> InterruptingClock:
    return InterruptingClock(WORKSPACE_START)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    opened = asyncio.new_event_loop()
    yield opened
    opened.close()


@pytest.fixture
def dispatcher(clock: InterruptingClock, loop: asyncio.AbstractEventLoop) -> Dispatcher:
    started = Dispatcher(Workspace(clock), WireLog(), SOON, Faults())
    started.start(loop, NoApp())
    return started


def run_pending(loop: asyncio.AbstractEventLoop) -> None:
    """Run the loop's pending callbacks on a separate thread: the browser's loop may run on this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: loop.run_until_complete(asyncio.sleep(0))).result(10)


def is_dropped(delivery: Delivery) -> bool:
    return delivery.settled.is_set() and delivery.error == "stopped" and not delivery.acked


def test_a_retry_that_is_due_during_shutdown_is_dropped(
    dispatcher: Dispatcher, loop: asyncio.AbstractEventLoop, clock: InterruptingClock
) -> None:
    payload = InterruptingPayload(EVENT)
    delivery = dispatcher.send("events_api", payload)
    run_pending(loop)
    assert dispatcher.scheduled_retries() == 1
    clock.advance(61)
    payload.then = dispatcher.stop

    dispatcher.retry_due()

    assert is_dropped(delivery)
    assert (dispatcher.outstanding(), dispatcher.scheduled_retries()) == (0, 0)


def test_an_event_that_fails_during_shutdown_is_not_retried(dispatcher: Dispatcher, clock: InterruptingClock) -> None:
    delivery = dispatcher.send("events_api", EVENT)
    (envelope_id,) = delivery.envelope_ids
    clock.then = dispatcher.stop

    dispatcher.report_failure(envelope_id, "connection_failed")

    assert is_dropped(delivery)
    assert dispatcher.scheduled_retries() == 0


def test_a_scheduled_retry_is_settled_at_shutdown(dispatcher: Dispatcher, loop: asyncio.AbstractEventLoop) -> None:
    delivery = dispatcher.send("events_api", EVENT)
    run_pending(loop)
    assert not delivery.settled.is_set()

    dispatcher.stop()

    assert is_dropped(delivery)


def test_an_envelope_is_dropped_after_the_stop_and_rejected_before_the_start(
    dispatcher: Dispatcher, clock: InterruptingClock
) -> None:
    dispatcher.stop()
    assert is_dropped(dispatcher.send("events_api", EVENT))

    with pytest.raises(RuntimeError, match="not running"):
        Dispatcher(Workspace(clock), WireLog(), SOON, Faults()).send("events_api", EVENT)


def test_a_held_message_is_dropped_at_shutdown(sandbox: Sandbox) -> None:
    sandbox.workspace.find_channel("general").members.append(sandbox.workspace.bot.id)
    sandbox.faults.reorder_messages(1)
    sandbox.actor.post("ann", "general", "Hello")
    assert sandbox.outstanding() == 1

    sandbox.dispatcher.stop()

    assert sandbox.settle(), "the loop still ticks and lets the message go"
    assert refusal(client_of(sandbox).auth_test) == "", "and it goes on answering"


def test_a_closed_http_delivery_sends_nothing(loop: asyncio.AbstractEventLoop) -> None:
    webhook = HttpDelivery(
        ["http://127.0.0.1:9/"], "secret", loop=loop, acknowledge=lambda *_: None, report_failure=lambda *_: None
    )
    webhook.close()

    assert not webhook.deliver(Envelope("1", "events_api", EVENT, Delivery(Workspace(SetClock(WORKSPACE_START)))))


def test_a_socket_command_has_no_effect_when_the_loop_is_closed() -> None:
    sandbox = Sandbox().start()
    running = sandbox._server_thread
    assert running is not None
    running.stop()

    sandbox.faults.drop_sockets()

    assert running.loop.is_closed()
    sandbox.stop()
