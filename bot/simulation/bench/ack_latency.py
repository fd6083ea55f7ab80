"""How long people wait for an answer: from Slack's sending an envelope to the acknowledgement's arrival, as Slack sees it.

The lines are a third each of what a line can come to: a form that opens (a call to Slack, which the acknowledgement does
not wait for), a note (which is on the record before it is acknowledged), a question (which only reads).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.simulation.bench.bench_environment import COMMAND, BenchEnvironment
from bot.simulation.bench.percentiles import spread
from sandbox.delivery.envelope import Delivery

BURST: Final = 50
BURST_LATENCY_MS: Final = 300
_LINES: Final = ("declare", "note connection pool exhausted on db-3, seen from host {n}", "status")


def measure_sequence(ground: BenchEnvironment, channel: str, *, count: int) -> dict[str, float]:
    """Type lines one after the other, each when the one before was answered, with a Slack that takes no time."""
    ground.lag(0)
    sent = [_type(ground, channel, n) for n in range(count)]
    ground.settle()
    return spread(_times(sent))


def measure_burst(ground: BenchEnvironment, channel: str, *, rounds: int) -> dict[str, float]:
    """Let fifty people each type a line at the same moment, while every call to Slack takes 300 ms; all rounds count."""
    ground.lag(BURST_LATENCY_MS)
    sent: list[Delivery] = []
    for _ in range(rounds):
        sent += ground.at_once([lambda n=n: _type(ground, channel, n) for n in range(BURST)])  # type: ignore[misc]
        ground.settle()
    ground.lag(0)
    return spread(_times(sent)) | {"lost": sum(not one.acked for one in sent)}


def _type(ground: BenchEnvironment, channel: str, n: int) -> Delivery:
    user = ground.users[n % len(ground.users)]
    return ground.sandbox.actor.slash(user, channel, COMMAND, _LINES[n % len(_LINES)].format(n=n))


def _times(sent: Sequence[Delivery]) -> list[float]:
    """Give the time of each answer; one that never came took as long as Slack waits."""
    return [one.ack_ms if one.acked and one.ack_ms is not None else 3000.0 for one in sent]
