"""A workspace that stops in the middle of something drops what it would have sent, and nobody waits for it."""

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


class Reaching(SetClock):
    """A clock that does something once when it is read."""

    then: Callable[[], None] | None = None

    def now(self) -> datetime:
        then, self.then = self.then, None
        if then is not None:
            then()
        return super().now()


class Interrupted(dict[str, Any]):
    """A payload at the reading of which something happens, in the middle of a sweep."""

    then: Callable[[], None] = staticmethod(lambda: None)

    def get(self, *given: object) -> object:
        self.then()
        return super().get(*given)


class Nobody:
    """Carries nothing: no app is connected."""

    def deliver(self, _: Envelope) -> bool:
        return False


@pytest.fixture
def clock() -> Reaching:
    return Reaching(WORKSPACE_START)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    opened = asyncio.new_event_loop()
    yield opened
    opened.close()


@pytest.fixture
def dispatcher(clock: Reaching, loop: asyncio.AbstractEventLoop) -> Dispatcher:
    started = Dispatcher(Workspace(clock), WireLog(), SOON, Faults())
    started.start(loop, Nobody())
    return started


def turn(loop: asyncio.AbstractEventLoop) -> None:
    """Let the loop do what was put on it, on a thread of its own: the browser's loop may run on this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: loop.run_until_complete(asyncio.sleep(0))).result(10)


def dropped(delivery: Delivery) -> bool:
    return delivery.settled.is_set() and delivery.error == "stopped" and not delivery.acked


def test_an_event_that_is_due_again_while_the_workspace_stops_is_dropped(
    dispatcher: Dispatcher, loop: asyncio.AbstractEventLoop, clock: Reaching
) -> None:
    payload = Interrupted(EVENT)
    delivery = dispatcher.send("events_api", payload)
    turn(loop)
    assert dispatcher.scheduled_retries() == 1
    clock.advance(61)
    payload.then = dispatcher.stop

    dispatcher.retry_due()

    assert dropped(delivery)
    assert (dispatcher.outstanding(), dispatcher.scheduled_retries()) == (0, 0)


def test_an_event_that_fails_while_the_workspace_stops_waits_for_no_repetition(
    dispatcher: Dispatcher, clock: Reaching
) -> None:
    delivery = dispatcher.send("events_api", EVENT)
    (envelope_id,) = delivery.envelope_ids
    clock.then = dispatcher.stop

    dispatcher.report_failure(envelope_id, "connection_failed")

    assert dropped(delivery)
    assert dispatcher.scheduled_retries() == 0


def test_an_event_that_waits_for_its_repetition_is_settled_at_the_stop(
    dispatcher: Dispatcher, loop: asyncio.AbstractEventLoop
) -> None:
    delivery = dispatcher.send("events_api", EVENT)
    turn(loop)
    assert not delivery.settled.is_set()

    dispatcher.stop()

    assert dropped(delivery)


def test_what_is_sent_after_the_stop_is_dropped_and_before_the_start_refused(
    dispatcher: Dispatcher, clock: Reaching
) -> None:
    dispatcher.stop()
    assert dropped(dispatcher.send("events_api", EVENT))

    with pytest.raises(RuntimeError, match="not running"):
        Dispatcher(Workspace(clock), WireLog(), SOON, Faults()).send("events_api", EVENT)


def test_a_message_that_is_held_back_while_the_workspace_stops_is_dropped(sandbox: Sandbox) -> None:
    sandbox.workspace.find_channel("general").members.append(sandbox.workspace.bot.id)
    sandbox.faults.reorder_messages(1)
    sandbox.actor.post("ann", "general", "Hello")
    assert sandbox.outstanding() == 1

    sandbox.dispatcher.stop()

    assert sandbox.settle(), "the loop still ticks and lets the message go"
    assert refusal(client_of(sandbox).auth_test) == "", "and it goes on answering"


def test_a_closed_webhook_carries_nothing(loop: asyncio.AbstractEventLoop) -> None:
    webhook = HttpDelivery(
        ["http://127.0.0.1:9/"], "secret", loop=loop, acknowledge=lambda *_: None, report_failure=lambda *_: None
    )
    webhook.close()

    assert not webhook.deliver(Envelope("1", "events_api", EVENT, Delivery(Workspace(SetClock(WORKSPACE_START)))))


def test_sockets_are_commanded_in_vain_once_the_loop_is_closed() -> None:
    sandbox = Sandbox().start()
    running = sandbox._server_thread
    assert running is not None
    running.stop()

    sandbox.faults.drop_sockets()

    assert running.loop.is_closed()
    sandbox.stop()
