"""What scripts say before the declaration, played through the real listeners, workspace, jobs and database."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.replay.command import playing, replay_files
from bot.replay.scenario import read_scenario
from incident.entries.said import MessagePosted
from incident.entries.sent import HistoryTaken
from incident.entry import Surface

SCRIPTS = Path(__file__).parents[1] / "scenarios"
TALK = SCRIPTS / "own-before-declaration.yaml"


@pytest.mark.parametrize("name", ["own-before-declaration", "own-before-outage"])
def test_what_is_said_changed_deleted_and_marked_before_the_declaration_gives_the_expected_record(name, capsys):
    failed = replay_files([SCRIPTS / f"{name}.yaml"], check=True, database=None)

    assert capsys.readouterr().out.startswith(f"{name}: matches")
    assert failed == 0


def test_what_is_heard_before_the_declaration_is_on_the_record_as_it_was_heard_and_its_count_is_told():
    whole = read_scenario(TALK)
    events = [event for event in whole.events if event.id <= "e11"]
    with playing(whole.model_copy(update={"events": tuple(events), "as_of": None})) as player:
        player.play()
        entries = player.stage.entries(player.stage.incident)

    said = [entry for entry in entries if isinstance(entry.fact, MessagePosted)]
    [taken] = [entry.fact for entry in entries if isinstance(entry.fact, HistoryTaken)]
    assert [entry.source.surface for entry in said] == [Surface.EVENT] * 3
    assert (taken.messages, taken.more) == (3, False)
    assert {entry.fact.channel for entry in said} == {taken.channel} == set(player.channels.values())
