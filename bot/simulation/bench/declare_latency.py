"""Declaration latency: time and Slack calls from the submitted form to a ready channel, and many at once.

Ready means: the channel is created, the card is posted, the declarer is invited. Announcement, bookmarks, topic,
on-call schedule and escalation are on; none of them may delay it.
"""

from __future__ import annotations

from typing import Any, Final

from bot.simulation.bench.bench_environment import PATIENCE_S, BenchEnvironment
from bot.simulation.bench.critical_path import (
    Declaration,
    concurrent_pairs,
    median_round,
    read_declaration,
    serial_calls,
)
from bot.simulation.bench.percentiles import rounded_median
from sandbox.delivery.envelope import Delivery

LATENCIES_MS: Final = (0, 100, 300)
_ACK_LIMIT_MS: Final = 3000
_EVENT_LIMIT: Final = 1000


def measure_declare(environment: BenchEnvironment, *, rounds: int) -> list[dict[str, Any]]:
    """Declare `rounds` incidents at each latency. Return the median time and the calls of the median round.

    A dependent call waits in every round, while a busy machine serializes independent calls in some. So the shortest
    chain of the rounds counts.
    """
    declared = {latency: [_declare(environment, latency, n) for n in range(rounds)] for latency in LATENCIES_MS}
    concurrent = concurrent_pairs(one for several in declared.values() for one in several)
    return [
        {
            "latency_ms": latency,
            "serial_calls": min(serial_calls(one, concurrent) for one in several),
            "calls": len(median_round(several).calls),
            "ready_ms": rounded_median([one.ready_ms for one in several]),
        }
        for latency, several in declared.items()
    ]


def measure_at_once(environment: BenchEnvironment, *, people: int) -> dict[str, Any]:
    """Submit a declare form of each person at the same time, with 300 ms latency of every Slack call.

    Slack allows an app twenty channels a minute and Muster keeps to it: the environment must be fresh.
    """
    declarers, existing = environment.users[:people], len(environment.incident_channels())
    views = [environment.open_declare_form(user) for user in declarers]
    environment.set_latency(LATENCIES_MS[-1])
    deliveries = environment.run_concurrently(
        [_submission(environment, *pair) for pair in zip(declarers, views, strict=True)]
    )
    environment.until(lambda: len(environment.incident_channels()) - existing >= people, 2 * PATIENCE_S)
    environment.set_latency(0)
    latencies = [one.ack_ms for one in deliveries if one.acked and one.ack_ms is not None]
    return {
        "declared": people,
        "latency_ms": LATENCIES_MS[-1],
        "acked_within_3s": sum(ms <= _ACK_LIMIT_MS for ms in latencies),
        "max_ack_ms": round(max(latencies, default=0.0), 1),
        "created": len(environment.incident_channels()) - existing,
    }


def _declare(environment: BenchEnvironment, latency: int, n: int) -> Declaration:
    user = environment.users[n]
    environment.set_latency(0)
    view = environment.open_declare_form(user)
    environment.settle()
    environment.set_latency(latency)
    since = environment.sandbox.wire_log.seq
    environment.submit(user, view, f"Checkout fails at {latency} ms, case {n}")

    def ready() -> Declaration | None:
        return read_declaration(environment.sandbox.wire_log.since(since, _EVENT_LIMIT), user)

    environment.until(lambda: ready() is not None)
    declaration = ready()
    if declaration is None:
        raise RuntimeError(
            f"A declaration did not become usable. The end of its log:\n{environment.process.log_tail()}"
        )
    environment.settle()
    return declaration


def _submission(environment: BenchEnvironment, user: str, view: str) -> Any:
    def submit() -> Delivery:
        return environment.submit(user, view, f"Checkout fails for {user}")

    return submit
