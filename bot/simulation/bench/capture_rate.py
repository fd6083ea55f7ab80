"""How fast what is said in an incident channel gets onto the record, and that each message is recorded once.

Messages are posted as fast as the workspace takes them. What was recorded is read from the database itself. The time
runs until no event is unanswered, and an event is answered after its message was committed; where Slack's patience ran
out first, it sends the event again, and the time runs until the last message is on the record.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, Final

from bot.simulation.bench.bench_environment import PATIENCE_S, BenchEnvironment
from incident.entries.conversation import MessagePosted
from storage.store import open_store

_SPEAKERS: Final = 8


def measure_capture(ground: BenchEnvironment, channel: str, *, count: int) -> dict[str, Any]:
    """Post so many messages and count those that are on the record exactly once."""
    speakers = ground.users[:_SPEAKERS]
    began = time.perf_counter()
    posted = [
        ground.sandbox.actor.post(speakers[n % _SPEAKERS], channel, f"replica {n} is {n % 7} s behind")
        for n in range(count)
    ]
    ground.sandbox.settle(PATIENCE_S)
    took = time.perf_counter() - began
    while (missing := set(posted) - recorded(ground, channel).keys()) and time.perf_counter() - began < PATIENCE_S:
        took = time.perf_counter() - began
    ground.settle()
    times = recorded(ground, channel)
    return {
        "posted": len(posted),
        "recorded": sum(times[ts] == 1 for ts in posted),
        "per_s": round((len(posted) - len(missing)) / took),
    }


def recorded(ground: BenchEnvironment, channel: str) -> Counter[str]:
    """Count how often each message of a channel is on the record."""
    team = ground.sandbox.workspace.team_id
    with open_store(ground.database, team=team) as store:
        key = store.recorder.read(lambda reader: reader.find(team, channel=channel))
        assert key is not None
        entries = store.recorder.read(lambda reader: reader.entries(key, kinds=(MessagePosted.kind,)))
        return Counter(entry.fact.ts for entry in entries if isinstance(entry.fact, MessagePosted))
