"""Every command once in an empty environment, and each way to exit once in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from bot.cli.main import app
from tests.support.muster_command import ROOT, in_process, muster
from tests.support.started_record import StartedRecord

SCRIPT = str(ROOT / "tests/scenarios/s10-premature-close-reopen.yaml")
DECLARE = ("incident", "declare", "service=search", "impact=1", "urgency=1", "No results")
# The output of each command where nothing is set up, and its exit status.
IN_AN_EMPTY_FOLDER = {
    ("run",): (2, "SLACK_BOT_TOKEN is missing"),
    ("doctor",): (1, "SLACK_BOT_TOKEN is missing"),
    ("migrate",): (0, "its triggers fire"),
    ("policy",): (2, "policy.yaml cannot be read"),
    ("verify",): (1, "There is no database"),
    ("rebuild",): (1, "There is no database"),
    ("export", "INC-2026-0001"): (1, "There is no database"),
    ("metrics", "INC-2026-0001"): (1, "There is no database"),
    ("review", "INC-2026-0001"): (1, "There is no database"),
    ("keygen",): (0, "give this public key"),
    ("incident", "list"): (1, "There is no database"),
    ("list",): (1, "There is no database"),
    ("help",): (0, "Declare an incident"),
    ("replay", "none.yaml"): (2, "does not exist"),
    ("backup", "copy.db"): (1, "There is no database"),
    ("restore", "copy.db"): (1, "copy.db"),
    ("retention", "--dry-run"): (1, "There is no database"),
    ("contact", "list"): (1, "There is no database"),
    ("page-test", "U0123ABCD"): (1, "There is no database"),
    ("events",): (1, "There is no database"),
    ("token", "list"): (1, "There is no database"),
    ("webhook", "list"): (1, "There is no database"),
    ("intake-test", "noc"): (1, "There is no database"),
    ("assistant", "--token-file", "token"): (2, "does not exist"),
}
# These run for minutes, and have tests of their own.
PLAYS = {"demo", "bench", "soak"}


@pytest.mark.parametrize("words", IN_AN_EMPTY_FOLDER, ids=lambda words: words[0])
def test_a_command_in_an_empty_folder_names_what_it_needs(words: tuple[str, ...], tmp_path: Path) -> None:
    code, says = IN_AN_EMPTY_FOLDER[words]

    result = muster(tmp_path, *words)

    assert says in result.everything
    assert result.code == code, result.everything
    assert "Traceback" not in result.err


@pytest.mark.parametrize("words", [("keygen",), ("verify",), ("run",)], ids=["0", "1", "2"])
def test_a_process_exits_with_the_status_of_its_command(words: tuple[str, ...], tmp_path: Path) -> None:
    code, says = IN_AN_EMPTY_FOLDER[words]

    result = in_process(tmp_path, *words)

    assert says in result.everything
    assert result.code == code, result.everything
    assert "Traceback" not in result.err


def test_every_command_has_a_case_for_an_empty_folder() -> None:
    assert {words[0] for words in IN_AN_EMPTY_FOLDER} | PLAYS == set(typer.main.get_group(app).commands)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("verify",), "Verified"),
        (("metrics", "INC-{year}-0001"), "impact_counted_from"),
        (("export", "INC-{year}-0001"), "out/INC"),
    ],
    ids=["verify", "metrics", "export"],
)
def test_a_command_on_a_record_prints_its_result(
    words: tuple[str, ...], says: str, record: StartedRecord, tmp_path: Path
) -> None:
    declared = record.muster(tmp_path, *DECLARE)
    year = declared.out.split("INC-")[1][:4]

    run = in_process if words == ("verify",) else muster
    result = run(tmp_path, *(word.format(year=year) for word in words), DATABASE_URL=record.url)

    assert (result.code, result.err) == (0, "")
    assert says in result.out


def test_a_scenario_is_replayed_and_compared(tmp_path: Path) -> None:
    result = in_process(tmp_path, "replay", "--check", SCRIPT)

    assert result.code == 0, result.everything
    assert "matches" in result.out
    assert list(tmp_path.iterdir()) == []


def test_what_needs_a_policy_says_where_none_is(tmp_path: Path) -> None:
    muster(tmp_path, "migrate")

    result = muster(tmp_path, "retention")

    assert result.code == 1
    assert result.err.startswith("No policy is in force yet, and ")
    assert result.err.count("MUSTER_POLICY") == 1
    assert "line 1" not in result.err
