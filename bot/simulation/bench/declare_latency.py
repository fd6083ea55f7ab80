"""How a declaration becomes a usable channel: how soon, over how many calls to Slack, and twenty of them at once.

Measured from the moment Slack sends the submitted form. Usable means: the channel is made, the card is posted, the
declarer is invited. Announcement, bookmarks, topic, roster and calls for help are on; none of them may stand in between.
"""

from __future__ import annotations

from typing import Any, Final

from bot.simulation.bench.bench_environment import PATIENCE_S, BenchEnvironment
from bot.simulation.bench.critical_path import Declared, independent, read_declaration, serial_calls, typical
from bot.simulation.bench.percentiles import middle
from sandbox.delivery.envelope import Delivery

LATENCIES_MS: Final = (0, 100, 300)
_IN_TIME_MS: Final = 3000
_TRAFFIC: Final = 1000


def measure_declare(ground: BenchEnvironment, *, rounds: int) -> list[dict[str, Any]]:
    """Declare so many incidents at each latency; give the median time and the calls of the median round.

    A call that has to wait for another one does so in every round, while a busy machine now and then lets calls run one
    after the other that need not. So the chain that counts is the shortest that the rounds show.
    """
    declared = {latency: [_declare(ground, latency, n) for n in range(rounds)] for latency in LATENCIES_MS}
    apart = independent(one for several in declared.values() for one in several)
    return [
        {
            "latency_ms": latency,
            "serial_calls": min(serial_calls(one, apart) for one in several),
            "calls": len(typical(several).calls),
            "ready_ms": middle([one.ready_ms for one in several]),
        }
        for latency, several in declared.items()
    ]


def measure_at_once(ground: BenchEnvironment, *, people: int) -> dict[str, Any]:
    """Let people submit a declare form at the same moment, while every call to Slack takes 300 ms.

    Slack lets an app make twenty channels a minute, and Muster keeps to that: the ground must be a fresh one.
    """
    declaring, before = ground.users[:people], len(ground.made())
    views = [ground.form(user) for user in declaring]
    ground.lag(LATENCIES_MS[-1])
    sent = ground.at_once([_submission(ground, *pair) for pair in zip(declaring, views, strict=True)])
    ground.until(lambda: len(ground.made()) - before >= people, 2 * PATIENCE_S)
    ground.lag(0)
    times = [one.ack_ms for one in sent if one.acked and one.ack_ms is not None]
    return {
        "declared": people,
        "latency_ms": LATENCIES_MS[-1],
        "acked_within_3s": sum(ms <= _IN_TIME_MS for ms in times),
        "max_ack_ms": round(max(times, default=0.0), 1),
        "created": len(ground.made()) - before,
    }


def _declare(ground: BenchEnvironment, latency: int, n: int) -> Declared:
    user = ground.users[n]
    ground.lag(0)
    view = ground.form(user)
    ground.settle()
    ground.lag(latency)
    since = ground.sandbox.wire_log.seq
    ground.submit(user, view, f"Checkout fails at {latency} ms, case {n}")

    def ready() -> Declared | None:
        return read_declaration(ground.sandbox.wire_log.since(since, _TRAFFIC), user)

    ground.until(lambda: ready() is not None)
    found = ready()
    if found is None:
        raise RuntimeError(f"A declaration did not become usable. The last it said:\n{ground.process.last_words()}")
    ground.settle()
    return found


def _submission(ground: BenchEnvironment, user: str, view: str) -> Any:
    def submit() -> Delivery:
        return ground.submit(user, view, f"Checkout fails for {user}")

    return submit
