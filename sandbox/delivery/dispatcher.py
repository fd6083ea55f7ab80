"""The dispatcher sends envelopes, times their acknowledgement and retries events.

The acknowledgement timeout of three seconds is real time; the delays before retries follow the workspace's clock.
Knows no meaning of an envelope.
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

# Retries with "Delayed Events" switched on: three, then one each hour for a day.
DELAYED_RETRIES = (0.0, 60.0, 300.0, *([3600.0] * 24))
NO_RETRY = "no_retry"
GIVEN_UP_LIMIT = 10_000
UNREACHABLE_ERRORS = {"slash_commands": "dispatch_failed", "interactive": "trouble connecting"}
TIMEOUT_ERRORS = {"slash_commands": "operation_timeout", "interactive": "trouble connecting"}


@dataclass(frozen=True)
class Timing:
    """Timeouts: acknowledgement in real seconds, delay before each retry in seconds of the workspace's clock.

    An event older than `drop_after` seconds is dropped. A trigger id opens a view for `trigger_seconds` of that clock.
    """

    ack_seconds: float = 3.0
    retry_after: tuple[float, ...] = (0.0, 60.0, 300.0)
    drop_after: float = 7200
    trigger_seconds: float = 3.0


class Transport(Protocol):
    """A way to deliver envelopes to the app."""

    def deliver(self, envelope: Envelope) -> bool:
        """Send an envelope. False if there is no recipient. Called on the loop's thread."""
        ...


@dataclass
class _InFlight:
    envelope: Envelope
    started: float = 0.0
    timer: asyncio.TimerHandle | None = None


class Dispatcher:
    """Every envelope that is in flight or waits for a retry."""

    def __init__(self, workspace: Workspace, wire_log: WireLog, timing: Timing, faults: Faults) -> None:
        self._ws = workspace
        self._faults = faults
        self._wire_log = wire_log
        self._timing = timing
        self._lock = threading.Lock()
        self._in_flight: dict[str, _InFlight] = {}
        self._scheduled: list[tuple[int, Envelope]] = []
        self._given_up: deque[Payload] = deque(maxlen=GIVEN_UP_LIMIT)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._transport: Transport | None = None

    def start(self, loop: asyncio.AbstractEventLoop, transport: Transport) -> None:
        """Send on this loop, over this transport."""
        self._loop, self._transport = loop, transport

    def use_transport(self, transport: Transport) -> None:
        """Send over another transport from now on."""
        self._transport = transport

    @property
    def is_running(self) -> bool:
        """True between `start` and `stop`."""
        return self._loop is not None

    def stop(self) -> None:
        """Send nothing more, and settle every pending delivery with the error `stopped`."""
        with self._lock:
            self._loop = None
            pending = [one.envelope for one in self._in_flight.values()] + [envelope for _, envelope in self._scheduled]
            self._in_flight, self._scheduled = {}, []
        for envelope in pending:
            _drop(envelope)

    def outstanding(self) -> int:
        """Count the envelopes in flight: sent or queued, neither acknowledged nor given up."""
        with self._lock:
            return len(self._in_flight)

    def scheduled_retries(self) -> int:
        """Count the events that wait for their retry time."""
        with self._lock:
            return len(self._scheduled)

    def given_up(self) -> list[Payload]:
        """Return the events that used up their retries without an acknowledgement; the latest 10,000."""
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
        """Queue an envelope and return at once; thread-safe. Raises RuntimeError before `start`."""
        if self._transport is None:
            raise RuntimeError("the workspace is not running")
        delivery = delivery or Delivery(self._ws)
        envelope = Envelope(str(uuid.uuid4()), kind, payload, delivery, accepts_response, on_ack=on_ack)
        self._enqueue(envelope)
        return delivery

    def acknowledge(self, envelope_id: str, payload: Payload | None) -> None:
        """Handle an acknowledgement, on the loop's thread. A late one is ignored, as in Slack."""
        in_flight = self._in_flight.get(envelope_id)
        if in_flight is None:
            return
        envelope, delivery = in_flight.envelope, in_flight.envelope.delivery
        delivery.ack_ms = (time.perf_counter() - in_flight.started) * 1000
        delivery.payload, delivery.error = payload, None
        if envelope.on_ack:
            delivery.error = envelope.on_ack(payload)
        self._record("ack", envelope, {"payload": payload} if payload else {}, "ok", delivery.ack_ms)
        delivery.acked = True
        delivery.settled.set()
        self._remove(in_flight)

    def report_failure(self, envelope_id: str, reason: str) -> None:
        """Handle a rejected or unreachable delivery, on the loop's thread."""
        in_flight = self._in_flight.get(envelope_id)
        if in_flight is not None:
            self._fail(in_flight.envelope, reason, UNREACHABLE_ERRORS)
            self._remove(in_flight)

    def retry_due(self) -> None:
        """Retry the events whose time has come, and drop those that are too old."""
        now = to_micros(self._ws.clock.now())
        with self._lock:
            due = [envelope for at, envelope in self._scheduled if at <= now]
            self._scheduled = [(at, envelope) for at, envelope in self._scheduled if at > now]
        for envelope in due:
            age_seconds = now // 1_000_000 - int(envelope.payload.get("event_time", 0))
            if age_seconds > self._timing.drop_after:
                self._give_up(envelope)
            else:
                self._enqueue(envelope)

    def retry_now(self, limit: int = 1) -> list[Delivery]:
        """Retry the oldest scheduled events now, whatever the clock says."""
        with self._lock:
            oldest = [
                envelope for _, envelope in nsmallest(limit, self._scheduled, key=lambda one: _event_time(one[1]))
            ]
            chosen_ids = {envelope.id for envelope in oldest}
            self._scheduled = [one for one in self._scheduled if one[1].id not in chosen_ids]
        for envelope in oldest:
            self._enqueue(envelope)
        return [envelope.delivery for envelope in oldest]

    def _enqueue(self, envelope: Envelope) -> None:
        """Queue an envelope. A stopped dispatcher drops it: `stop` may come between the caller's check and this."""
        with self._lock:
            if self._loop is not None:
                self._in_flight[envelope.id] = _InFlight(envelope)
                envelope.delivery.envelope_ids.append(envelope.id)
                self._loop.call_soon_threadsafe(self._attempt, envelope)
                return
        _drop(envelope)

    def _schedule(self, at: int, envelope: Envelope) -> None:
        """Hold an envelope until a time in microseconds. A stopped dispatcher drops it."""
        with self._lock:
            if self._loop is not None:
                self._scheduled.append((at, envelope))
                return
        _drop(envelope)

    def _attempt(self, envelope: Envelope) -> None:
        in_flight, loop = self._in_flight.get(envelope.id), self._loop
        if in_flight is None or loop is None or self._transport is None:
            return
        self._record("envelope", envelope, envelope.payload, envelope.retry_reason)
        in_flight.started = time.perf_counter()
        in_flight.timer = loop.call_later(self._timing.ack_seconds, self._timed_out, envelope)
        if not self._transport.deliver(envelope):
            self.report_failure(envelope.id, "connection_failed")
        elif self._faults.consume_repeat():
            self._transport.deliver(envelope)

    def _timed_out(self, envelope: Envelope) -> None:
        in_flight = self._in_flight.get(envelope.id)
        if in_flight is not None:
            self._fail(envelope, "timeout", TIMEOUT_ERRORS)
            self._remove(in_flight)

    def _fail(self, envelope: Envelope, reason: str, errors: dict[str, str]) -> None:
        self._record("unacked", envelope, {}, reason)
        envelope.delivery.error = errors.get(envelope.kind, reason)
        final = envelope.kind != "events_api" or reason == NO_RETRY
        if final or envelope.retry_attempt >= len(self._timing.retry_after):
            self._give_up(envelope)
            return
        pause = self._timing.retry_after[envelope.retry_attempt]
        retry = replace(envelope, id=str(uuid.uuid4()), retry_attempt=envelope.retry_attempt + 1, retry_reason=reason)
        if pause <= 0:
            self._enqueue(retry)
            return
        self._schedule(to_micros(self._ws.clock.now()) + int(pause * 1_000_000), retry)

    def _give_up(self, envelope: Envelope) -> None:
        if envelope.kind == "events_api":
            with self._lock:
                self._given_up.append(envelope.payload)
        envelope.delivery.settled.set()

    def _remove(self, in_flight: _InFlight) -> None:
        """Remove an envelope from those in flight, last of all: what follows from it is already counted."""
        with self._lock:
            self._in_flight.pop(in_flight.envelope.id, None)
        if in_flight.timer is not None:
            in_flight.timer.cancel()

    def _record(
        self, kind: str, envelope: Envelope, detail: dict[str, Any], result: str = "", ms: float | None = None
    ) -> None:
        name = payload_name(envelope.payload)
        at = self._ws.clock.now().isoformat()
        self._wire_log.record(at=at, kind=kind, name=name, detail=detail, result=result, ms=ms)


def _drop(envelope: Envelope) -> None:
    envelope.delivery.error = "stopped"
    envelope.delivery.settled.set()


def payload_name(payload: Payload) -> str:
    """Return a readable name of a payload: the command, the event's type and subtype, or the interaction's type."""
    if "command" in payload:
        return str(payload["command"])
    event = payload.get("event") or {}
    return ".".join(filter(None, (event.get("type"), event.get("subtype")))) or str(payload.get("type", ""))


def _event_time(envelope: Envelope) -> int:
    """Return an event's time in microseconds, which orders events."""
    return parse_ts(str((envelope.payload.get("event") or {}).get("event_ts") or envelope.payload["event_time"]))
