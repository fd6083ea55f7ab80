"""Messages before the declaration, replayed through the real listeners, workspace, jobs and database."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.simulation.replay.record_diff import differences
from bot.simulation.replay.replay_command import open_player, replay_files, user_texts
from bot.simulation.replay.replayed_record import record_of
from bot.simulation.replay.scenario import read_scenario
from incident.entries.conversation import MessagePosted
from incident.entries.delivery import HistoryTaken
from incident.entry import EntryPoint

SCRIPTS = Path(__file__).parents[3] / "scenarios"
TALK = SCRIPTS / "own-before-declaration.yaml"


@pytest.mark.parametrize("name", ["own-before-declaration", "own-before-outage"])
def test_messages_edits_deletions_and_pins_before_the_declaration_give_the_expected_record(name, capsys):
    failed = replay_files([SCRIPTS / f"{name}.yaml"], check=True, database=None)

    assert capsys.readouterr().out.startswith(f"{name}: matches")
    assert failed == 0


@pytest.mark.parametrize(
    "name",
    ["hold-and-backfill", "messages-and-drill", "refused-before", "regress-and-reopen", "roles-and-force"],
)
def test_the_whole_application_gives_the_part_of_the_record_that_a_scenario_expects(name):
    scenario = read_scenario(SCRIPTS / f"own-{name}.yaml")
    with open_player(scenario) as player:
        player.play()
        record = record_of(player)

    part = {key: value for key, value in record.items() if key in scenario.expected}
    assert player.problems == []
    assert differences(part, scenario.expected, user_texts(scenario)) == []


def test_messages_before_the_declaration_are_recorded_as_received_and_their_count_is_reported():
    whole = read_scenario(TALK)
    events = [event for event in whole.events if event.id <= "e11"]
    with open_player(whole.model_copy(update={"events": tuple(events), "as_of": None})) as player:
        player.play()
        entries = player.environment.entries(player.environment.incident)

    said = [entry for entry in entries if isinstance(entry.fact, MessagePosted)]
    [taken] = [entry.fact for entry in entries if isinstance(entry.fact, HistoryTaken)]
    assert [entry.source.surface for entry in said] == [EntryPoint.EVENT] * 3
    assert (taken.messages, taken.more) == (3, False)
    assert {entry.fact.channel for entry in said} == {taken.channel} == set(player.channels.values())
