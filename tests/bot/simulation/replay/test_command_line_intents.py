"""What a form cannot bring about is played through the command line's entry point, and the replay says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.simulation.replay.replay_command import open_player, replay_files
from bot.simulation.replay.replayed_record import record_of
from bot.simulation.replay.scenario import Scenario
from bot.simulation.replay.scenario_replay import COMMAND_LINE, FORMS, TYPED
from incident.entry import EntryPoint

ROB, EVA = "rob", "eva"
# Who, the line as typed, the intent, and the refusal that it must end in.
ACTS: tuple[tuple[str, str, dict[str, Any], str | None], ...] = (
    (
        ROB,
        "x",
        {"name": "declare", "title": "Down", "service": "nowhere", "impact": 2, "urgency": 2},
        "E_UNKNOWN_SERVICE",
    ),
    (
        ROB,
        "x",
        {
            "name": "declare",
            "title": "Down",
            "service": "orders",
            "impact": 2,
            "urgency": 2,
            "category": "App",
            "owner_group": "o",
        },
        None,
    ),
    (EVA, "x", {"name": "declare", "title": "Again", "service": "orders", "impact": 2, "urgency": 2}, "E_STATE"),
    (ROB, "x", {"name": "ack", "occurred_at": "2026-03-03T10:02:30Z"}, None),
    (ROB, "take commander", {"name": "take", "role": "commander"}, None),
    (ROB, "x", {"name": "set_priority", "impact": 1, "urgency": 2, "justification": ""}, "E_JUSTIFICATION"),
    (ROB, "x", {"name": "handover", "role": "commander", "to": EVA, "note": ""}, "E_HANDOVER_NOTE"),
    (ROB, "x", {"name": "handover", "role": "commander", "to": EVA, "note": "eva has the whole evening for it"}, None),
    (EVA, "x", {"name": "accept", "role": "commander", "occurred_at": "2026-03-03T10:07:30Z"}, None),
    (ROB, "x", {"name": "action", "id": "A7", "text": "call the vendor", "assignee": EVA}, None),
    (ROB, "x", {"name": "action_done", "id": "A999", "result": "nothing of it"}, "E_STATE"),
    (ROB, "x", {"name": "tempfix", "id": "F1", "text": "blocklist, “quoted” & more"}, None),
    (ROB, "x", {"name": "tempfix", "id": "F2", "text": "a second one"}, None),
    (ROB, "x", {"name": "tempfix", "id": "F1", "text": "the id is used"}, "E_STATE"),
    (ROB, "x", {"name": "tempfix_removed", "id": "TF9", "evidence": "CHG-1"}, "E_STATE"),
    (ROB, "x", {"name": "tempfix_removed", "id": "F1", "evidence": "CHG-1"}, None),
    (ROB, "x", {"name": "validate", "criterion": "provider_all_clear", "evidence": "their page is green"}, None),
)
UNFORMED = ["declare", "declare", "set_priority", "handover", "action_done", "tempfix", "tempfix_removed"]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    people = {name: {"groups": ["responder"]} for name in (ROB, EVA)}
    events = [
        {
            "id": f"e{n:02}",
            "at": f"2026-03-03T10:{n:02}:00Z",
            "kind": "command",
            "by": by,
            "text": f"/inc {line}",
            "intent": intent,
        }
        for n, (by, line, intent, _) in enumerate(ACTS)
    ]
    org = {"services": {"orders": {"owner": EVA}}}
    return Scenario.model_validate({"id": "own", "title": "own", "org": org, "people": people, "events": events})


def test_every_intent_comes_onto_the_record_by_the_way_that_can_bring_it_about(scenario: Scenario) -> None:
    with open_player(scenario) as player:
        player.play()
        record, key = record_of(player), player.environment.incident
        assert key is not None
        entries = player.environment.entries(key)

    assert player.problems == []
    assert [(one["src"], one["code"]) for one in record["refusals"]] == [
        (f"e{n:02}", code) for n, (*_, code) in enumerate(ACTS) if code
    ]
    assert [one.split()[1].rstrip(":") for one in player.unformed] == UNFORMED
    assert player.counts == {COMMAND_LINE: len(UNFORMED), TYPED: 1, FORMS: len(ACTS) - len(UNFORMED) - 1}
    assert record["roles"]["commander"][-1] == {"who": EVA, "from": "2026-03-03T10:07:30Z", "to": None}
    assert record["timestamps"]["acknowledged_at"] == "2026-03-03T10:02:30Z"
    assert [one["id"] for one in record["temporary_fixes"]] == ["F1", "F2"]
    assert record["validation"][0]["criterion"] == "provider_all_clear"
    by_command_line = {entry.by for entry in entries if entry.source.surface is EntryPoint.CLI}
    assert {player.environment.users[name] in str(by_command_line) for name in (ROB, EVA)} == {True}


def test_the_check_prints_what_went_which_way(
    scenario: Scenario, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.yaml"
    short = scenario.model_copy(update={"events": scenario.events[:3]})
    file.write_text(short.model_dump_json(), encoding="utf-8")

    replay_files([file], check=True, database=None)

    printed = capsys.readouterr().out
    assert (
        "  no form can say e02 declare: no form declares a second incident in an incident channel; played by" in printed
    )
    assert "1 by form, 0 by typed line, 2 by command line" in printed
