"""`muster replay` compares a file of hand-computed deadlines, and fails where one differs."""

from __future__ import annotations

import pytest

from bot.simulation.replay.replay_command import replay_files
from tests.support.memory_replay import SCENARIOS

VECTORS = SCENARIOS / "clock-vectors.yaml"


def test_a_file_of_deadlines_that_all_come_out_matches(capsys: pytest.CaptureFixture[str]) -> None:
    assert replay_files([VECTORS], check=True, database=None) == 0
    assert "14 of 14 deadlines match" in capsys.readouterr().out


def test_a_deadline_that_comes_out_otherwise_is_named_and_fails(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = tmp_path / "vectors.yaml"
    changed.write_text(VECTORS.read_text("utf-8").replace("2026-10-19T15:00:00Z", "2026-10-19T16:00:00Z", 1), "utf-8")

    assert replay_files([changed], check=True, database=None) == 1
    assert "v01: came out" in capsys.readouterr().out
