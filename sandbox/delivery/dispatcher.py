"""The post office: sends envelopes, times their acknowledgement and sends events again.

It knows Slack's three seconds and its retry schedule. The three seconds are real ones; the pauses before the second and
third repetition follow the workspace's clock. It refuses to know what an envelope means.
"""

import asyncio
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Any, Protocol

from sandbox.delivery.envelope import Delivery, Envelope, Kind
from sandbox.faults import Faults
from sandbox.state.entities import Payload
from sandbox.state.workspace import Workspace
from sandbox.state.workspace_clock import parse_ts, to_micros
from sandbox.wire_log import WireLog

# What an app gets with "Delayed Events" switched on: after the three repetitions one each hour for a day.
DELAYED_RETRIES = (0.0, 60.0, 300.0, *([3600.0] * 24))
NO_RETRY = "no_retry"
MOST_GIVEN_UP = 10_000
UNREACHED = {"slash_commands": "dispatch_failed", "interactive": "trouble connecting"}
TIMED_OUT = {"slash_commands": "operation_timeout", "interactive": "trouble connecting"}


@dataclass(frozen=True)
class Timing:
    """How long Slack waits: for an acknowledgement in real seconds, before each repetition in seconds of the clock.

    An event that is later than `too_late` seconds is dropped.
    """

    ack_seconds: float = 3.0
    retry_after: tuple[float, ...] = (0.0, 60.0, 300.0)
    too_late: float = 7200


class Carrier(Protocol):
    """Take an envelope to the app."""

    def carry(self, envelope: Envelope) -> bool:
        """Send it off and tell whether there was anybody to send it to; called on the loop's thread."""
        ...


@dataclass
class _Waiting:
    envelope: Envelope
    started: float = 0.0
    timer: asyncio.TimerHandle | None = None


class Dispatcher:
    """Every envelope under way."""

    def __init__(self, workspace: Workspace, wire_log: WireLog, timing: Timing, faults: Faults) -> None:
        self._ws = workspace
        self._faults = faults
        self._wire_log = wire_log
        self._timing = timing
        self._lock = threading.Lock()
        self._under_way: dict[str, _Waiting] = {}
        self._for_later: list[tuple[int, Envelope]] = []
        self._given_up: deque[Payload] = deque(maxlen=MOST_GIVEN_UP)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._carrier: Carrier | None = None

    def start(self, loop: asyncio.AbstractEventLoop, carrier: Carrier) -> None:
        """Begin sending on this loop."""
        self._loop, self._carrier = loop, carrier

    def carry_by(self, carrier: Carrier) -> None:
        """Send everything from now on another way."""
        self._carrier = carrier

    @property
    def is_running(self) -> bool:
        """Tell whether anything can be sent."""
        return self._loop is not None

    def stop(self) -> None:
        """Send nothing any more and let everybody who waits for an answer go."""
        with self._lock:
            self._loop = None
            left = [one.envelope for one in self._under_way.values()] + [envelope for _, envelope in self._for_later]
            self._under_way, self._for_later = {}, []
        for envelope in left:
            _drop(envelope)

    def outstanding(self) -> int:
        """Count the envelopes sent or about to be sent and neither acknowledged nor given up."""
        with self._lock:
            return len(self._under_way)

    def scheduled_retries(self) -> int:
        """Count the events waiting for the clock to reach their next repetition."""
        with self._lock:
            return len(self._for_later)

    def given_up(self) -> list[Payload]:
        """Give the events that were sent as often as they ever will be and never acknowledged, the latest of very many."""
        with self._lock:
            return list(self._given_up)

    def send(
        self,
        kind: Kind,
        payload: Payload,
        *,
        accepts_response: bool = False,
        on_ack: Callable[[Payload | None], str | None] | None = None,
        delivery: Delivery | None = None,
    ) -> Delivery:
        """Send something to the app and return at once; callable from any thread. Raises RuntimeError before `start`."""
        if self._carrier is None:
            raise RuntimeError("the workspace is not running")
        delivery = delivery or Delivery(self._ws)
        envelope = Envelope(str(uuid.uuid4()), kind, payload, delivery, accepts_response, on_ack=on_ack)
        self._post(envelope)
        return delivery

    def acknowledge(self, envelope_id: str, payload: Payload | None) -> None:
        """Take an answer, on the loop's thread; a late one is dropped, as Slack drops it."""
        waiting = self._under_way.get(envelope_id)
        if waiting is None:
            return
        envelope, delivery = waiting.envelope, waiting.envelope.delivery
        delivery.ack_ms = (time.perf_counter() - waiting.started) * 1000
        delivery.payload, delivery.error = payload, None
        if envelope.on_ack:
            delivery.error = envelope.on_ack(payload)
        self._note("ack", envelope, {"payload": payload} if payload else {}, "ok", delivery.ack_ms)
        delivery.acked = True
        delivery.settled.set()
        self._forget(waiting)

    def refuse(self, envelope_id: str, reason: str) -> None:
        """Take the news that the app was reached and did not want it, or was not reached at all; on the loop's thread."""
        waiting = self._under_way.get(envelope_id)
        if waiting is not None:
            self._failed(waiting.envelope, reason, UNREACHED)
            self._forget(waiting)

    def sweep(self) -> None:
        """Send again what the clock says is due, and drop events more than two hours late."""
        now = to_micros(self._ws.clock.now())
        with self._lock:
            due = [envelope for at, envelope in self._for_later if at <= now]
            self._for_later = [(at, envelope) for at, envelope in self._for_later if at > now]
        for envelope in due:
            late = now // 1_000_000 - int(envelope.payload.get("event_time", 0))
            if late > self._timing.too_late:
                self._give_up(envelope)
            else:
                self._post(envelope)

    def retry_now(self, most: int = 1) -> list[Delivery]:
        """Send the oldest events that wait for their next repetition again now, whatever the clock says."""
        with self._lock:
            first = [envelope for _, envelope in nsmallest(most, self._for_later, key=lambda one: _happened(one[1]))]
            chosen = {envelope.id for envelope in first}
            self._for_later = [one for one in self._for_later if one[1].id not in chosen]
        for envelope in first:
            self._post(envelope)
        return [envelope.delivery for envelope in first]

    def _post(self, envelope: Envelope) -> None:
        """Send an envelope; a stopped hub drops it, since `stop` may come between the caller's look and this."""
        with self._lock:
            if self._loop is not None:
                self._under_way[envelope.id] = _Waiting(envelope)
                envelope.delivery.envelope_ids.append(envelope.id)
                self._loop.call_soon_threadsafe(self._attempt, envelope)
                return
        _drop(envelope)

    def _post_at(self, at: int, envelope: Envelope) -> None:
        """Keep an envelope until the clock reaches a moment, in microseconds; a stopped hub drops it."""
        with self._lock:
            if self._loop is not None:
                self._for_later.append((at, envelope))
                return
        _drop(envelope)

    def _attempt(self, envelope: Envelope) -> None:
        waiting, loop = self._under_way.get(envelope.id), self._loop
        if waiting is None or loop is None or self._carrier is None:
            return
        self._note("envelope", envelope, envelope.payload, envelope.retry_reason)
        waiting.started = time.perf_counter()
        waiting.timer = loop.call_later(self._timing.ack_seconds, self._timed_out, envelope)
        if not self._carrier.carry(envelope):
            self.refuse(envelope.id, "connection_failed")
        elif self._faults.take_repeat():
            self._carrier.carry(envelope)

    def _timed_out(self, envelope: Envelope) -> None:
        waiting = self._under_way.get(envelope.id)
        if waiting is not None:
            self._failed(envelope, "timeout", TIMED_OUT)
            self._forget(waiting)

    def _failed(self, envelope: Envelope, reason: str, errors: dict[str, str]) -> None:
        self._note("unacked", envelope, {}, reason)
        envelope.delivery.error = errors.get(envelope.kind, reason)
        final = envelope.kind != "events_api" or reason == NO_RETRY
        if final or envelope.retry_attempt >= len(self._timing.retry_after):
            self._give_up(envelope)
            return
        pause = self._timing.retry_after[envelope.retry_attempt]
        again = replace(envelope, id=str(uuid.uuid4()), retry_attempt=envelope.retry_attempt + 1, retry_reason=reason)
        if pause <= 0:
            self._post(again)
            return
        self._post_at(to_micros(self._ws.clock.now()) + int(pause * 1_000_000), again)

    def _give_up(self, envelope: Envelope) -> None:
        if envelope.kind == "events_api":
            with self._lock:
                self._given_up.append(envelope.payload)
        envelope.delivery.settled.set()

    def _forget(self, waiting: _Waiting) -> None:
        """Let go of an envelope last of all, so that nobody counts none under way between it and what follows from it."""
        with self._lock:
            self._under_way.pop(waiting.envelope.id, None)
        if waiting.timer is not None:
            waiting.timer.cancel()

    def _note(
        self, kind: str, envelope: Envelope, detail: dict[str, Any], result: str = "", ms: float | None = None
    ) -> None:
        name = name_of(envelope.payload)
        at = self._ws.clock.now().isoformat()
        self._wire_log.record(at=at, kind=kind, name=name, detail=detail, result=result, ms=ms)


def _drop(envelope: Envelope) -> None:
    envelope.delivery.error = "stopped"
    envelope.delivery.settled.set()


def name_of(payload: Payload) -> str:
    """Name a payload for people: the command, the event's type and subtype, or the interaction's type."""
    if "command" in payload:
        return str(payload["command"])
    event = payload.get("event") or {}
    return ".".join(filter(None, (event.get("type"), event.get("subtype")))) or str(payload.get("type", ""))


def _happened(envelope: Envelope) -> int:
    """Tell when an event happened, to the microsecond, so that events can be put in their order."""
    return parse_ts(str((envelope.payload.get("event") or {}).get("event_ts") or envelope.payload["event_time"]))
