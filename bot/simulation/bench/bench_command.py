"""`muster bench`: runs every measurement once, in an order in which none disturbs the next, and prints JSON.

Stdout holds one JSON object; progress goes to stderr.
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
from bot.simulation.bench.overload import LATE_RETRIES, measure_backlog, measure_burst_of_events
from bot.simulation.bench.pages.intake_rate import measure_intake
from bot.simulation.bench.pages.page_latency import measure_pages
from bot.simulation.bench.records.evidence_record import measure_evidence
from bot.simulation.bench.replay_time import measure_replay
from bot.simulation.bench.resume_time import measure_resume
from bot.simulation.demo.channel_noise import measure_noise
from bot.simulation.demo.small_incident import measure_small_incident

_SETTLE_S: Final = 2.0
# Muster creates at most twenty channels a minute, Slack's rate, so one may wait for the next minute.
_CHANNEL_TIER_S: Final = 90.0


@dataclass(frozen=True)
class Sizes:
    """The size of each measurement."""

    lines: int
    bursts: int
    declarations: int
    at_once: int
    pages: int
    messages: int
    entries: int
    files: int
    analysis: int
    people: int
    incidents: int
    burst_s: int
    backlog: int
    events: int
    beats: int
    posts: int


WHOLE: Final = Sizes(
    lines=300,
    bursts=6,
    declarations=6,
    at_once=20,
    pages=50,
    messages=500,
    entries=10_000,
    files=200,
    analysis=2_000,
    people=200,
    incidents=50,
    burst_s=60,
    backlog=30_000,
    events=1_000,  # All that the scenario and the story have.
    beats=1_000,
    posts=2_000,
)
QUICK: Final = Sizes(
    lines=30,
    bursts=1,
    declarations=3,
    at_once=10,  # More wait for Slack's next minute.
    pages=5,
    messages=50,
    entries=500,
    files=2,
    analysis=100,
    people=50,
    incidents=2,
    burst_s=1,
    backlog=100,
    events=10,
    beats=8,
    posts=20,
)


def bench(*, quick: bool = False) -> int:
    """Measure and print. Return 0 unless a measurement was not possible."""
    print(json.dumps(measured(QUICK if quick else WHOLE), indent=1))
    return 0


def bench_pages(database: str, *, quick: bool = False) -> int:
    """Measure pages and intake on an empty database, and print them alone. Return the exit status."""
    sizes = QUICK if quick else WHOLE
    pages = measure_pages(pages=sizes.pages, database=database)
    intake = measure_intake(posts=sizes.posts, database=database)
    print(json.dumps({"page_ms": pages, "intake": intake}, indent=1))
    return 0


def measured(sizes: Sizes) -> dict[str, Any]:
    """Return every measurement, in the printed order."""
    results: dict[str, Any] = {}
    with bench_environment() as environment:
        results |= _measure_idle(environment)
        channel = _declare_incident(environment)
        _print_progress("acknowledgements")
        results["ack_ms"] = {
            "sequence": measure_sequence(environment, channel, count=sizes.lines),
            "burst50_at_300ms": measure_burst(environment, channel, rounds=sizes.bursts),
        }
        _print_progress("declarations")
        results["declare"] = measure_declare(environment, rounds=sizes.declarations)
        _print_progress("messages")
        results["capture"] = measure_capture(environment, channel, count=sizes.messages)
        _print_progress("a kill")
        results["resume_s"] = measure_resume(environment)
    with bench_environment() as second:
        _print_progress("declarations at once")
        results["declare_at_once"] = measure_at_once(second, people=sizes.at_once)
    _print_progress("pages")
    results["page_ms"] = measure_pages(pages=sizes.pages)
    _print_progress("alerts")
    results["intake"] = measure_intake(posts=sizes.posts)
    with bench_environment(LATE_RETRIES, people=sizes.people) as overloaded:
        _print_progress("an overload")
        # Each person posts in one incident, so that all incidents are equally busy.
        channels = [
            _declare_incident(overloaded, overloaded.users[n :: sizes.incidents]) for n in range(sizes.incidents)
        ]
        results["burst_of_events"] = measure_burst_of_events(overloaded, channels, seconds=sizes.burst_s)
        _print_progress("a backlog")
        results["backlog"] = measure_backlog(overloaded, channels, events=sizes.backlog)
    _print_progress("a long record")
    results |= measure_record(entries=sizes.entries)
    _print_progress("evidence")
    results |= measure_evidence(files=sizes.files, entries=sizes.analysis)
    _print_progress("a replay")
    results["replay_s"] = measure_replay(events=sizes.events)
    _print_progress("the noise of the demo")
    results["demo_channel"] = measure_noise(beats=sizes.beats)
    results["small_incident"] = measure_small_incident()
    return {name: results[name] for name in ORDER}


ORDER: Final = (
    "ack_ms",
    "declare",
    "declare_at_once",
    "page_ms",
    "intake",
    "capture",
    "burst_of_events",
    "backlog",
    "verify_entries_per_s",
    "export_s",
    "export_evidence_s",
    "analysis",
    "replay_s",
    "small_incident",
    "startup_s",
    "restart_s",
    "resume_s",
    "idle_rss_mb",
    "demo_channel",
)


def _measure_idle(environment: BenchEnvironment) -> dict[str, float]:
    """Return startup time and idle memory of a Muster just started, and the startup time with its database there."""
    _print_progress("a Muster at rest")
    time.sleep(_SETTLE_S)
    resident = environment.process.resident_mb()
    return {"startup_s": environment.startup_s, "restart_s": environment.restart(), "idle_rss_mb": resident}


def _declare_incident(environment: BenchEnvironment, people: Sequence[str] | None = None) -> str:
    """Declare an incident as a warm-up; everyone, or `people`, joins its channel. Return the channel."""
    people, existing = people or environment.users, len(environment.incident_channels())
    user = people[0]
    environment.submit(user, environment.open_declare_form(user), f"Checkout fails, case {existing}")
    if not environment.until(lambda: len(environment.incident_channels()) > existing, _CHANNEL_TIER_S):
        raise RuntimeError(f"No channel was made. The end of its log:\n{environment.process.log_tail()}")
    environment.settle()
    channel = environment.incident_channels()[existing]
    members = environment.sandbox.workspace.find_channel(channel).members
    for absent in [user for user in people if user not in members]:
        environment.sandbox.actor.join(absent, channel)
    environment.settle()
    return channel


def _print_progress(label: str) -> None:
    print(f"measuring {label} …", file=sys.stderr, flush=True)
