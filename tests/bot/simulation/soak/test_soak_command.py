"""A short soak as a whole: without violations it leaves nothing, with one it prints how to repeat it."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.monitoring.logs import shown_database
from bot.simulation.soak.soak_command import rerun_command, soak, stall_reason
from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from storage.store import open_store

MINUTES = 0.05
SEED = 29
TEAM = "T00ACME"


@pytest.fixture
def soak_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which a soak creates its own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_soak_without_violations_prints_its_figures_and_removes_its_folder(
    soak_folder: Path, capsys: pytest.CaptureFixture
) -> None:
    assert soak(MINUTES, SEED) == 0

    found = json.loads(capsys.readouterr().out)
    assert (found["lost"], found["doubled"], found["other"]) == (0, 0, 0)
    assert (found["acts"]["declare"], found["faults"], found["kills"]) == (2, 1, 1)
    assert found["entries"] > 0
    assert list(soak_folder.glob("muster-soak-*")) == []


def test_a_soak_with_a_violation_keeps_its_folder_and_prints_the_command_that_repeats_it(
    soak_folder: Path, sqlite_url: str, capsys: pytest.CaptureFixture
) -> None:
    given_up(sqlite_url)

    assert soak(0.01, SEED, database=sqlite_url) == 1

    output = capsys.readouterr()
    [folder] = soak_folder.glob("muster-soak-*")
    assert json.loads(output.out)["other"] == 1
    assert "dead: say:1: gone for good" in output.err
    assert f"kept in {folder}." in output.err
    assert (folder / "muster-0" / "muster.log").exists()
    assert f"muster soak --minutes 0.01 --seed {SEED} --database {shown_database(sqlite_url)}\n" in output.err


def given_up(url: str) -> None:
    """Leave a job that was given up in a database."""
    job = Job(kind=JobKind.SAY, key="say:1", incident=IncidentKey(TEAM, "01INC"), entry=1)
    now = datetime.now(UTC)
    with open_store(url, team=TEAM) as store:
        store.recorder.transact(lambda unit: unit.enqueue([job], now))
        [claimed] = store.jobs.claim(now, "somebody")
        store.jobs.dead_letter(claimed, "gone for good", now)


def test_the_repeating_command_has_every_option_and_no_password() -> None:
    url = "postgresql://muster:hunter22@db/soak?sslpassword=hunter33"

    line = rerun_command(2, 7, database=url, replicas=3)

    assert line == "muster soak --minutes 2 --seed 7 --database 'postgresql://muster:***@db/soak' --replicas 3"
    assert rerun_command(2, 7, database=None, replicas=1) == "muster soak --minutes 2 --seed 7"


def test_the_limit_that_ended_the_wait_is_reported() -> None:
    assert stall_reason(idle_s=590, waited_s=1790) is None
    assert stall_reason(idle_s=601, waited_s=700) == "nothing got done for 600 s"
    assert stall_reason(idle_s=5, waited_s=1801) == "it was still at work after 1800 s"
