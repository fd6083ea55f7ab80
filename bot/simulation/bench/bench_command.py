"""`muster bench`: measures everything once, in an order in which nothing disturbs what comes after, and prints JSON.

Stdout holds one JSON object and nothing else; what is being measured is said on stderr.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.simulation.bench.ack_latency import measure_burst, measure_sequence
from bot.simulation.bench.bench_environment import BenchEnvironment, bench_environment
from bot.simulation.bench.capture_rate import measure_capture
from bot.simulation.bench.declare_latency import measure_at_once, measure_declare
from bot.simulation.bench.long_record import measure_record
from bot.simulation.bench.overload import PATIENT, measure_backlog, measure_burst_of_events
from bot.simulation.bench.replay_time import measure_replay

_SETTLES_S: Final = 2.0
# Muster makes no more than Slack's twenty channels a minute, so one may have to wait for the next.
_TIER_S: Final = 90.0


@dataclass(frozen=True)
class Sizes:
    """How much of each is measured."""

    lines: int
    bursts: int
    declarations: int
    at_once: int
    messages: int
    entries: int
    people: int
    incidents: int
    burst_s: int
    backlog: int


WHOLE: Final = Sizes(
    lines=300,
    bursts=6,
    declarations=6,
    at_once=20,
    messages=500,
    entries=10_000,
    people=200,
    incidents=50,
    burst_s=60,
    backlog=30_000,
)
QUICK: Final = Sizes(
    lines=30,
    bursts=1,
    declarations=3,
    at_once=10,  # More wait for Slack's next minute.
    messages=50,
    entries=500,
    people=50,
    incidents=2,
    burst_s=1,
    backlog=100,
)


def bench(*, quick: bool = False) -> int:
    """Measure and print; 0 unless something could not be measured at all."""
    print(json.dumps(measured(QUICK if quick else WHOLE), indent=1))
    return 0


def measured(sizes: Sizes) -> dict[str, Any]:
    """Measure everything and give it in the order in which it is printed."""
    found: dict[str, Any] = {}
    with bench_environment() as one:
        found |= _at_rest(one)
        channel = _incident(one)
        _say("acknowledgements")
        found["ack_ms"] = {
            "sequence": measure_sequence(one, channel, count=sizes.lines),
            "burst50_at_300ms": measure_burst(one, channel, rounds=sizes.bursts),
        }
        _say("declarations")
        found["declare"] = measure_declare(one, rounds=sizes.declarations)
        _say("messages")
        found["capture"] = measure_capture(one, channel, count=sizes.messages)
    with bench_environment() as other:
        _say("declarations at once")
        found["declare_at_once"] = measure_at_once(other, people=sizes.at_once)
    with bench_environment(PATIENT, people=sizes.people) as third:
        _say("an overload")
        # Each person speaks in one incident, so that all of them are equally busy.
        there = [_incident(third, third.users[n :: sizes.incidents]) for n in range(sizes.incidents)]
        found["burst_of_events"] = measure_burst_of_events(third, there, seconds=sizes.burst_s)
        _say("a backlog")
        found["backlog"] = measure_backlog(third, there, events=sizes.backlog)
    _say("a long record")
    found |= measure_record(entries=sizes.entries)
    _say("a replay")
    found["replay_s"] = measure_replay()
    return {name: found[name] for name in ORDER}


ORDER: Final = (
    "ack_ms",
    "declare",
    "declare_at_once",
    "capture",
    "burst_of_events",
    "backlog",
    "verify_entries_per_s",
    "export_s",
    "replay_s",
    "startup_s",
    "idle_rss_mb",
)


def _at_rest(one: BenchEnvironment) -> dict[str, float]:
    """Weigh a Muster that was just started, once it has come to rest."""
    _say("a Muster at rest")
    time.sleep(_SETTLES_S)
    return {"startup_s": one.startup_s, "idle_rss_mb": one.process.resident_mb()}


def _incident(one: BenchEnvironment, people: Sequence[str] | None = None) -> str:
    """Declare an incident before the others, so that nothing is measured cold, and let everybody, or some, join its channel."""
    people, before = people or one.users, len(one.made())
    user = people[0]
    one.submit(user, one.form(user), f"Checkout fails, case {before}")
    if not one.until(lambda: len(one.made()) > before, _TIER_S):
        raise RuntimeError(f"No channel was made. The last it said:\n{one.process.last_words()}")
    one.settle()
    channel = one.made()[before]
    members = one.sandbox.workspace.find_channel(channel).members
    for other in [user for user in people if user not in members]:
        one.sandbox.actor.join(other, channel)
    one.settle()
    return channel


def _say(what: str) -> None:
    print(f"measuring {what} …", file=sys.stderr, flush=True)
