"""Scenarios replayed through the verbs give exactly the expected record."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from bot.plain_yaml import load_yaml
from bot.simulation.replay.record_diff import differences, failed_checks
from bot.simulation.replay.replay_command import user_texts
from tests.support.memory_replay import SCENARIOS, MemoryReplay, load

WHOLE = sorted(path.name for path in SCENARIOS.glob("s[0-9]*.yaml"))
OWN = sorted(path.name for path in SCENARIOS.glob("own-*.yaml"))


def compared(record: dict[str, Any], expected: dict[str, Any], play: MemoryReplay) -> list[str]:
    """Compare the parts of the record that the scenario expects."""
    part = {key: value for key, value in record.items() if key in expected}
    return differences(part, expected, user_texts(play.scenario)) + failed_checks(record, play.scenario.checks)


@pytest.mark.parametrize("name", [*WHOLE, *OWN])
def test_a_scenario_gives_its_expected_record(name):
    scenario, raw = load(name)
    play = MemoryReplay(scenario)

    surprises = play.play()
    record = play.account()

    assert surprises == []
    assert compared(record, raw["expected"], play) == []


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_scenario_expects_every_key_of_the_record(name):
    scenario, raw = load(name)
    play = MemoryReplay(scenario)
    play.play()
    assert set(play.account()) == set(raw["expected"])


@pytest.mark.parametrize("name", WHOLE)
def test_a_scenario_matches_the_schema(name):
    schema = json.loads((SCENARIOS / "schema.json").read_text(encoding="utf-8"))
    raw = load_yaml((SCENARIOS / name).read_text(encoding="utf-8"))
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(raw)) == []


@pytest.mark.parametrize("name", [*WHOLE, *OWN])
def test_a_scenario_gives_exactly_its_expected_refusals(name):
    scenario, _ = load(name)
    play = MemoryReplay(scenario)
    play.play()
    expected = [(e.id, e.expect.code) for e in scenario.events if e.expect]
    assert [(r["src"], r["code"]) for r in play.account()["refusals"]] == expected


def test_ticks_between_events_do_not_change_the_record():
    scenario, raw = load(WHOLE[0])
    play = MemoryReplay(scenario)
    for event in scenario.events:
        if play.key is not None:
            play.tick(event.at)
        play.play_one(event)
    assert compared(play.account(), raw["expected"], play) == []


def test_a_scenario_played_twice_does_not_change_the_record():
    scenario, _ = load(WHOLE[0])
    play = MemoryReplay(scenario)
    play.play()
    before = play.entries()
    commands = [event for event in scenario.events if event.kind in ("command", "reaction")]
    for event in commands:
        play.play_one(event)
    assert play.entries() == before
