"""Scripts played through the verbs give the record that the rules of the record demand, down to the last entry."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import yaml

from bot.simulation.replay.record_diff import differences, failed_checks
from bot.simulation.replay.replay_command import user_texts
from tests.support.memory_replay import SCENARIOS, MemoryReplay, load

WHOLE = sorted(path.name for path in SCENARIOS.glob("s[0-9]*.yaml"))
OWN = sorted(path.name for path in SCENARIOS.glob("own-*.yaml"))


def compared(record: dict[str, Any], expected: dict[str, Any], play: MemoryReplay) -> list[str]:
    """Compare what the script expects; a script of our own expects a part of the record only."""
    part = {key: value for key, value in record.items() if key in expected}
    return differences(part, expected, user_texts(play.scenario)) + failed_checks(record, play.scenario.checks)


@pytest.mark.parametrize("name", [*WHOLE, *OWN])
def test_a_script_gives_the_record_it_expects(name):
    scenario, raw = load(name)
    play = MemoryReplay(scenario)

    surprises = play.play()
    record = play.account()

    assert surprises == []
    assert compared(record, raw["expected"], play) == []


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_script_leaves_no_key_of_the_record_out(name):
    scenario, raw = load(name)
    play = MemoryReplay(scenario)
    play.play()
    assert set(play.account()) == set(raw["expected"])


@pytest.mark.parametrize("name", WHOLE)
def test_a_script_has_the_shape_of_scripts(name):
    schema = json.loads((SCENARIOS / "schema.json").read_text(encoding="utf-8"))
    raw = yaml.safe_load((SCENARIOS / name).read_text(encoding="utf-8"))
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(raw)) == []


@pytest.mark.parametrize("name", [*WHOLE, *OWN])
def test_every_refusal_a_script_expects_comes_and_no_other(name):
    scenario, _ = load(name)
    play = MemoryReplay(scenario)
    play.play()
    expected = [(e.id, e.expect.code) for e in scenario.events if e.expect]
    assert [(r["src"], r["code"]) for r in play.account()["refusals"]] == expected


def test_letting_time_pass_between_events_changes_nothing_of_the_record():
    scenario, raw = load(WHOLE[0])
    play = MemoryReplay(scenario)
    for event in scenario.events:
        if play.key is not None:
            play.tick(event.at)
        play.play_one(event)
    assert compared(play.account(), raw["expected"], play) == []


def test_a_script_played_twice_over_the_same_record_changes_nothing():
    scenario, _ = load(WHOLE[0])
    play = MemoryReplay(scenario)
    play.play()
    before = play.entries()
    commands = [event for event in scenario.events if event.kind in ("command", "reaction")]
    for event in commands:
        play.play_one(event)
    assert play.entries() == before
