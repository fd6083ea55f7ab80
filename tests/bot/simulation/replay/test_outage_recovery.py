"""Outages in scenarios, replayed through the real listeners, workspace, jobs and database, give the expected record."""

from __future__ import annotations

from pathlib import Path

from bot.simulation.replay.replay_command import open_player, replay_files
from bot.simulation.replay.scenario import Scenario, read_scenario
from incident.entries.conversation import GapNoted

SCRIPTS = Path(__file__).parents[3] / "scenarios"
LIVE = SCRIPTS / "own-outage-live.yaml"


def shortened(scenario: Scenario, *, first: str, last: str) -> Scenario:
    """Return a scenario that starts and ends with these events, and expects nothing."""
    ids = [event.id for event in scenario.events]
    events = scenario.events[ids.index(first) : ids.index(last) + 1]
    return scenario.model_copy(update={"events": events, "as_of": None, "expected": {}, "checks": ()})


def test_an_outage_of_an_hour_gives_the_same_record_as_no_outage(capsys):
    failed = replay_files([LIVE], check=True, database=None)

    assert capsys.readouterr().out.startswith("own-outage-live: matches")
    assert failed == 0


def test_an_outage_before_the_declaration_makes_no_entry():
    whole = read_scenario(LIVE)
    declared, outage = whole.events[0], [event for event in whole.events if event.kind.startswith("outage")]
    early = [
        event.model_copy(update={"at": whole.events[0].at.replace(hour=8, minute=n)}) for n, event in enumerate(outage)
    ]
    with open_player(whole.model_copy(update={"events": (*early, declared), "as_of": None})) as player:
        player.play()
        entries = player.environment.entries(player.environment.incident)

    assert player.problems == []
    assert [entry for entry in entries if isinstance(entry.fact, GapNoted)] == []


def test_a_command_in_an_outage_is_reported_and_the_scenario_goes_on():
    whole = read_scenario(LIVE)
    scenario = shortened(whole, first="e01", last="e06")
    late = whole.events[1].model_copy(update={"id": "e99", "at": whole.events[6].at})
    with open_player(scenario.model_copy(update={"events": (*scenario.events, late, whole.events[15])})) as player:
        player.play()
        entries = player.environment.entries(player.environment.incident)

    assert player.problems == ["e99: Muster receives no command in an outage"]
    assert [entry.fact.edge for entry in entries if isinstance(entry.fact, GapNoted)] == ["begins", "ends"]
