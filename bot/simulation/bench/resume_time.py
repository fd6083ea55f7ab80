"""The time to resume: a process is killed in the middle of a declaration; the next one completes the declaration."""

from __future__ import annotations

import time
from typing import Final

from bot.simulation.bench.bench_environment import BenchEnvironment
from bot.simulation.bench.critical_path import read_declaration

_LATENCY_MS: Final = 300
_EVENT_LIMIT: Final = 1000


def measure_resume(environment: BenchEnvironment) -> float:
    """Kill Muster while Slack creates a channel, start it again, and return the seconds until the channel is ready.

    What the killed process had leased counts: SQLite frees it at the start, PostgreSQL when the lease ends.
    """
    user, wire_log = environment.users[1], environment.sandbox.wire_log
    view = environment.open_declare_form(user)
    environment.settle()
    environment.set_latency(_LATENCY_MS)
    since = wire_log.seq
    environment.submit(user, view, "Killed in the middle").wait()
    time.sleep(_LATENCY_MS / 2000)
    environment.process.kill()
    started = time.perf_counter()
    environment.launch()
    environment.require(
        lambda: read_declaration(wire_log.since(since, _EVENT_LIMIT), user) is not None,
        "The declaration was not resumed",
    )
    seconds = round(time.perf_counter() - started, 2)
    environment.set_latency(0)
    environment.settle()
    return seconds
