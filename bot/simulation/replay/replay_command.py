"""`muster replay`: plays scripts one after the other, prints each record as JSON, and compares when asked to."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.clock import SetClock
from bot.simulation.replay.record_diff import differences, failed_checks
from bot.simulation.replay.replay_environment import ReplayEnvironment
from bot.simulation.replay.replayed_record import record_of
from bot.simulation.replay.scenario import Scenario, read_scenario
from bot.simulation.replay.scenario_policy import script_policy
from bot.simulation.replay.scenario_replay import ScenarioPlayer
from sandbox.state.entities import Person

_WORDS = (
    "title",
    "symptom",
    "text",
    "reason",
    "justification",
    "note",
    "rationale",
    "evidence",
    "result",
    "basis",
    "summary",
)
_FREE = frozenset({"mitigated", "restored"})


def replay_files(files: Sequence[Path], *, check: bool, database: str | None) -> int:
    """Play each file; 1 when a record is not the expected one or a file is no script."""
    failed = 0
    for file in files:
        try:
            scenario = read_scenario(file)
        except ValueError as wrong:
            print(f"{file.name}: {wrong}", file=sys.stderr)
            failed += 1
            continue
        failed += bool(_replay(scenario, check=check, database=database))
    return 1 if failed else 0


def _replay(scenario: Scenario, *, check: bool, database: str | None) -> int:
    began = perf_counter()
    with playing(scenario, database) as player:
        player.play()
        record = record_of(player)
    took = perf_counter() - began
    counts = player.counts
    told = f"{counts['lines']} typed lines, {counts['forms']} forms, {took:.1f} s"
    if not check:
        print(json.dumps(record, ensure_ascii=False, indent=1))
        print(f"{scenario.id}: {told}", file=sys.stderr)
        return 0
    wrong = problems(record, scenario) + player.problems
    for problem in wrong:
        print(f"  {problem}")
    print(f"{scenario.id}: {'differs in ' + str(len(wrong)) + ' places' if wrong else 'matches'} ({told})")
    return len(wrong)


def problems(record: dict[str, Any], scenario: Scenario) -> list[str]:
    """List where a record is not what its script expects, and which of its checks fail."""
    return differences(record, scenario.expected, words_given(scenario)) + failed_checks(record, scenario.checks)


def words_given(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Give the words people gave in each event, which the timeline must hold."""
    return {
        event.id: tuple(str(event.intent[name]) for name in _WORDS if event.intent.get(name))
        for event in scenario.events
        if event.intent and event.intent["name"] not in _FREE
    }


@contextmanager
def playing(scenario: Scenario, database: str | None = None) -> Iterator[ScenarioPlayer]:
    """Set the stage for a script and take it down afterwards."""
    people = {
        alias: Person(name=alias, real_name=alias.capitalize(), title=actor.title, tz="UTC")
        for alias, actor in scenario.people.items()
    }
    stage = ReplayEnvironment(people, clock=SetClock(scenario.events[0].at), channels=("incidents",))
    try:
        # In a script every outage is a gap, however short.
        stage.open(script_policy(scenario, stage.users), database, gap_seconds=0)
        yield ScenarioPlayer(stage, scenario)
    finally:
        stage.close()
