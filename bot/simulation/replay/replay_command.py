"""`muster replay`: plays scenarios, prints each record as JSON, and compares it on request."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.clock import SetClock
from bot.plain_yaml import load_yaml
from bot.simulation.replay.clock_vectors import SCHEMA, differing_vectors
from bot.simulation.replay.record_diff import differences, failed_checks
from bot.simulation.replay.replay_environment import ReplayEnvironment
from bot.simulation.replay.replayed_record import record_of
from bot.simulation.replay.scenario import Scenario, read_scenario
from bot.simulation.replay.scenario_policy import script_policy
from bot.simulation.replay.scenario_replay import COMMAND_LINE, FORMS, TYPED, ScenarioPlayer
from sandbox.state.entities import Person

_TEXT_FIELDS = (
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
_GENERATED_TEXT = frozenset({"mitigated", "restored"})


def replay_files(files: Sequence[Path], *, check: bool, database: str | None) -> int:
    """Play each file. Return 1 when a record differs or a file is invalid."""
    failed = 0
    for file in files:
        if (vectors := _vectors_in(file)) is not None:
            failed += _compare_vectors(file, vectors)
            continue
        try:
            scenario = read_scenario(file)
        except ValueError as invalid:
            print(f"{file.name}: {invalid}", file=sys.stderr)
            failed += 1
            continue
        failed += bool(_replay(scenario, check=check, database=database))
    return 1 if failed else 0


def _vectors_in(file: Path) -> dict[str, Any] | None:
    """Return the content of a file of hand-computed deadlines, None for any other file."""
    text = file.read_text(encoding="utf-8", errors="replace")
    return load_yaml(text) if f"schema: {SCHEMA}" in text else None


def _compare_vectors(file: Path, document: dict[str, Any]) -> int:
    found = differing_vectors(document)
    for problem in found:
        print(f"  {problem}")
    total = len(document["vectors"])
    print(f"{file.name}: {total - len(found)} of {total} deadlines match")
    return bool(found)


def _replay(scenario: Scenario, *, check: bool, database: str | None) -> int:
    started = perf_counter()
    with open_player(scenario, database) as player:
        player.play()
        record = record_of(player)
    duration = perf_counter() - started
    summary = ", ".join([*(f"{player.counts[way]} {way}" for way in (FORMS, TYPED, COMMAND_LINE)), f"{duration:.1f} s"])
    if not check:
        print(json.dumps(record, ensure_ascii=False, indent=1))
        print(f"{scenario.id}: {summary}", file=sys.stderr)
        return 0
    for one in player.unformed:
        print(f"  no form can say {one}; played by command line")
    found = problems(record, scenario) + player.problems
    for problem in found:
        print(f"  {problem}")
    print(f"{scenario.id}: {'differs in ' + str(len(found)) + ' places' if found else 'matches'} ({summary})")
    return len(found)


def problems(record: dict[str, Any], scenario: Scenario) -> list[str]:
    """Return where a record differs from the scenario, and which of its checks fail."""
    return differences(record, scenario.expected, user_texts(scenario)) + failed_checks(record, scenario.checks)


def user_texts(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return people's texts in each event, which the timeline must contain."""
    return {
        event.id: tuple(str(event.intent[name]) for name in _TEXT_FIELDS if event.intent.get(name))
        for event in scenario.events
        if event.intent and event.intent["name"] not in _GENERATED_TEXT
    }


@contextmanager
def open_player(scenario: Scenario, database: str | None = None) -> Iterator[ScenarioPlayer]:
    """Yield the player of a scenario in a fresh environment."""
    people = {
        alias: Person(name=alias, real_name=alias.capitalize(), title=actor.title, tz="UTC")
        for alias, actor in scenario.people.items()
    }
    environment = ReplayEnvironment(people, clock=SetClock(scenario.events[0].at), channels=("incidents",))
    try:
        # In a scenario every outage is a gap, even a short one.
        environment.open(script_policy(scenario, environment.users), database, gap_seconds=0)
        yield ScenarioPlayer(environment, scenario)
    finally:
        environment.close()
