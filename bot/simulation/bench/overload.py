"""Overload: a backlog of redelivered events, and a burst of events with commands in between."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from typing import Final

from bot.simulation.bench.bench_environment import COMMAND, BenchEnvironment
from bot.simulation.bench.capture_rate import recorded
from bot.simulation.bench.percentiles import spread
from sandbox.delivery.dispatcher import Timing
from sandbox.delivery.envelope import Delivery

PER_SECOND: Final = 100
LATENCY_MS: Final = 300
_MESSAGE: Final = "message"
_EVENT_LIMIT: Final = 1000
_TIMEOUT_MS: Final = 3000.0
_COMMAND_EVERY: Final = 25
# Undelivered events wait until the bench retries them, however long the posting takes.
LATE_RETRIES: Final = Timing(retry_after=(3600.0, 3600.0, 3600.0))
_IN_FLIGHT_LIMIT: Final = 400
_POLL_S: Final = 0.01
_READ_S: Final = 0.25
_DRAIN_TIMEOUT_S: Final = 120.0


def measure_burst_of_events(
    environment: BenchEnvironment, channels: Sequence[str], *, seconds: int
) -> dict[str, object]:
    """Post a hundred messages and send four commands a second, with 300 ms latency of every Slack call.

    Measures the latency of the commands and of each event, and the time until the backlog is drained.
    """
    environment.set_latency(LATENCY_MS)
    acks = _Acks(environment)
    deliveries: list[Delivery] = []
    started = time.perf_counter()
    for n in range(seconds * PER_SECOND):
        time.sleep(max(0.0, started + n / PER_SECOND - time.perf_counter()))
        user, channel = environment.users[n % len(environment.users)], channels[n % len(channels)]
        environment.sandbox.actor.post(user, channel, f"m{n} latency is up")
        if n % _COMMAND_EVERY == 0:
            deliveries.append(environment.sandbox.actor.slash(user, channel, COMMAND, f"note n{n} pool exhausted"))
            acks.read()
    posting_seconds = time.perf_counter() - started
    while (
        not environment.sandbox.settle(_READ_S) and time.perf_counter() < started + posting_seconds + _DRAIN_TIMEOUT_S
    ):
        acks.read()
    acks.read()
    environment.set_latency(0)
    latencies = [one.ack_ms if one.acked and one.ack_ms is not None else _TIMEOUT_MS for one in deliveries]
    return {
        "people": len(environment.users),
        "incidents": len(channels),
        "command_ack_ms": spread(latencies),
        "event_ack_ms": spread(acks.latencies) | {"max": round(max(acks.latencies), 1)},
        "events_counted": acks.count,
        "events_per_s": round(seconds * PER_SECOND / posting_seconds, 1),
        "lost": sum(not one.acked for one in deliveries) + acks.lost,
        "behind_s": round(time.perf_counter() - started - posting_seconds, 2),
        "rss_mb": environment.process.resident_mb(),
    }


class _Acks:
    """Reads event latencies and losses from the wire log, which holds only the latest events: read often."""

    def __init__(self, environment: BenchEnvironment) -> None:
        self._wire_log = environment.sandbox.wire_log
        self._seq = self._wire_log.seq
        self.latencies: list[float] = []
        self.lost = self._own_posts = 0

    @property
    def count(self) -> int:
        """Count the events with a known result, without Muster's own posts."""
        return len(self.latencies) + self.lost - self._own_posts

    def read(self) -> None:
        """Read the events since the last call."""
        for event in self._wire_log.since(self._seq, _EVENT_LIMIT):
            self._seq = event.seq
            if event.name == _MESSAGE:
                self.lost += event.kind == "unacked"
                self._own_posts += event.kind == "envelope" and "bot_id" in event.detail["event"]
                self.latencies += [event.ms] if event.kind == "ack" and event.ms is not None else []


def measure_backlog(environment: BenchEnvironment, channels: Sequence[str], *, events: int) -> dict[str, float]:
    """Disconnect Muster while `events` messages are posted, reconnect it, and wait until every event is acknowledged.

    `recorded` counts the messages recorded exactly once, `lost` the others.
    """
    faults, actor = environment.sandbox.faults, environment.sandbox.actor
    faults.cut_off()
    environment.until(lambda: environment.sandbox.sockets.count() == 0)
    posted: list[tuple[str, str]] = []
    for n in range(events):
        user, channel = environment.users[n % len(environment.users)], channels[n % len(channels)]
        posted.append((channel, actor.post(user, channel, f"b{n} error rate is up")))
    environment.sandbox.settle(120)
    # Garbage collection of all messages would measure the workspace, which shares the machine.
    gc.collect()
    gc.freeze()
    faults.restore_connections()
    environment.until(lambda: environment.sandbox.sockets.count() > 0)
    started = time.perf_counter()
    while environment.sandbox.dispatcher.scheduled_retries():
        # Many at a time: a search for the oldest of thirty thousand for each one would measure the workspace.
        if environment.sandbox.outstanding() <= _IN_FLIGHT_LIMIT // 2:
            environment.sandbox.dispatcher.retry_now(_IN_FLIGHT_LIMIT // 2)
        time.sleep(_POLL_S)
    environment.sandbox.settle(600)
    duration = time.perf_counter() - started
    gc.unfreeze()
    latencies = {channel: recorded(environment, channel) for channel in channels}
    recorded_once = sum(latencies[channel][ts] == 1 for channel, ts in posted)
    return {
        "events": events,
        "recorded": recorded_once,
        "lost": events - recorded_once,
        "caught_up_s": round(duration, 1),
        "rss_mb": environment.process.resident_mb(),
    }
