"""Capture rate: how fast messages of an incident channel are recorded, and whether each is recorded once.

Messages are posted as fast as the workspace accepts them; recorded ones are read from the database. The clock stops
when no event is outstanding, which is after the commit, or after the last retry was recorded.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, Final

from bot.simulation.bench.bench_environment import PATIENCE_S, BenchEnvironment
from incident.entries.conversation import MessagePosted
from storage.store import open_store

_SPEAKERS: Final = 8


def measure_capture(environment: BenchEnvironment, channel: str, *, count: int) -> dict[str, Any]:
    """Post `count` messages and count those recorded exactly once."""
    speakers = environment.users[:_SPEAKERS]
    started = time.perf_counter()
    posted = [
        environment.sandbox.actor.post(speakers[n % _SPEAKERS], channel, f"replica {n} is {n % 7} s behind")
        for n in range(count)
    ]
    environment.sandbox.settle(PATIENCE_S)
    duration = time.perf_counter() - started
    while (
        missing := set(posted) - recorded(environment, channel).keys()
    ) and time.perf_counter() - started < PATIENCE_S:
        duration = time.perf_counter() - started
    environment.settle()
    counts = recorded(environment, channel)
    return {
        "posted": len(posted),
        "recorded": sum(counts[ts] == 1 for ts in posted),
        "per_s": round((len(posted) - len(missing)) / duration),
    }


def recorded(environment: BenchEnvironment, channel: str) -> Counter[str]:
    """Count the records of each message of a channel, by ts."""
    team = environment.sandbox.workspace.team_id
    with open_store(environment.database, team=team) as store:
        key = store.recorder.read(lambda reader: reader.find(team, channel=channel))
        assert key is not None
        entries = store.recorder.read(lambda reader: reader.entries(key, kinds=(MessagePosted.kind,)))
        return Counter(entry.fact.ts for entry in entries if isinstance(entry.fact, MessagePosted))
