"""Acknowledgement latency: from an envelope's delivery to its acknowledgement, as Slack sees it.

The commands are a third each: a form (a call to Slack that the acknowledgement does not wait for), a note (recorded
before it is acknowledged) and a query (read-only).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from bot.simulation.bench.bench_environment import COMMAND, BenchEnvironment
from bot.simulation.bench.percentiles import spread
from sandbox.delivery.envelope import Delivery

BURST: Final = 50
BURST_LATENCY_MS: Final = 300
_LINES: Final = ("declare", "note connection pool exhausted on db-3, seen from host {n}", "status")


def measure_sequence(environment: BenchEnvironment, channel: str, *, count: int) -> dict[str, float]:
    """Send commands one after the other, each when the previous one was acknowledged, without Slack latency."""
    environment.set_latency(0)
    deliveries = [_send_line(environment, channel, n) for n in range(count)]
    environment.settle()
    return spread(_latencies(deliveries))


def measure_burst(environment: BenchEnvironment, channel: str, *, rounds: int) -> dict[str, float]:
    """Send fifty commands at once, several rounds, with 300 ms latency of every Slack call."""
    environment.set_latency(BURST_LATENCY_MS)
    deliveries: list[Delivery] = []
    for _ in range(rounds):
        deliveries += environment.run_concurrently([partial(_send_line, environment, channel, n) for n in range(BURST)])
        environment.settle()
    environment.set_latency(0)
    return spread(_latencies(deliveries)) | {"lost": sum(not delivery.acked for delivery in deliveries)}


def _send_line(environment: BenchEnvironment, channel: str, n: int) -> Delivery:
    user = environment.users[n % len(environment.users)]
    return environment.sandbox.actor.slash(user, channel, COMMAND, _LINES[n % len(_LINES)].format(n=n))


def _latencies(deliveries: Sequence[Delivery]) -> list[float]:
    """Return the latency of each acknowledgement in ms; a missing one counts as Slack's timeout."""
    return [delivery.ack_ms if delivery.acked and delivery.ack_ms is not None else 3000.0 for delivery in deliveries]
