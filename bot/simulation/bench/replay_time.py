"""How long a day of incident takes to replay: the script of a real outage, as `muster replay` plays it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from bot.simulation.replay.replay_command import playing
from bot.simulation.replay.replayed_record import record_of
from bot.simulation.replay.scenario import read_scenario

_SCRIPT: Final = "s01-gitlab-2017-database.yaml"
_HERE: Final = Path(__file__).resolve()


def script() -> Path:
    """Find the script: beside this file in an installed Muster, among the tests in a checkout."""
    beside = _HERE.with_name(_SCRIPT)
    return beside if beside.exists() else _HERE.parents[3] / "tests" / "scenarios" / _SCRIPT


def measure_replay() -> float:
    """Set the stage, play the script to its end, read the record, clear the stage."""
    scenario = read_scenario(script())
    began = time.perf_counter()
    with playing(scenario) as player:
        player.play()
        record_of(player)
    return round(time.perf_counter() - began, 2)
