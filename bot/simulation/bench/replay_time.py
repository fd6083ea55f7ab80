"""Replay time: how long the scenario of a real outage takes in `muster replay`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from bot.simulation.replay.replay_command import open_player
from bot.simulation.replay.replayed_record import record_of
from bot.simulation.replay.scenario import read_scenario

_SCENARIO: Final = "s01-gitlab-2017-database.yaml"
_HERE: Final = Path(__file__).resolve()


def scenario_file() -> Path:
    """Return the scenario's path: beside this file in an installed Muster, among the tests in a checkout."""
    installed = _HERE.with_name(_SCENARIO)
    return installed if installed.exists() else _HERE.parents[3] / "tests" / "scenarios" / _SCENARIO


def measure_replay(*, events: int) -> float:
    """Return the seconds for setup, replay of the first `events`, reading the record and teardown."""
    whole = read_scenario(scenario_file())
    scenario = whole.model_copy(update={"events": whole.events[:events]})
    started = time.perf_counter()
    with open_player(scenario) as player:
        player.play()
        record_of(player)
    return round(time.perf_counter() - started, 2)
