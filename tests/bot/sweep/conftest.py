"""What the sweep needs: fresh databases, plays on them, and a play in which Muster is not killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.failpoints import FAILPOINTS
from tests.support.crash_play import performed
from tests.support.failpoint_runner import FailpointRunner
from tests.support.observed_state import observed_state

Fresh = Callable[[], AbstractContextManager[str]]


@dataclass(frozen=True)
class PlayResult:
    """The state after a play, the failpoints at which Muster was killed, their order, who was rang, and what was mailed."""

    state: dict[str, Any]
    killed_at: list[str]
    order: tuple[str, ...]
    rang: Counter[str]
    mailed: Counter[str]


@dataclass
class Plays:
    """Runs plays, each on a database of its own."""

    runner: FailpointRunner
    folder: Path
    fresh: Fresh
    count: int = 0

    def run(self, at: list[str] | None = None, *, without: str = "") -> PlayResult:
        """Run the play while Muster is killed at each of these failpoints in turn."""
        self.count += 1
        folder = self.folder / str(self.count)
        with self.fresh() as url, performed(self.runner, folder, url, at=at, without=without) as play:
            order = dict.fromkeys(play.reached.read_text("utf-8").split())
            reached = tuple(name for name in order if name in FAILPOINTS)
            return PlayResult(observed_state(play.sandbox, url), play.killed_at, reached, play.rang, play.mailed)


@pytest.fixture(scope="module")
def plays(failpoint_runner: FailpointRunner, fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> Plays:
    """Plays on the kind of database that the module's `fresh` makes."""
    return Plays(failpoint_runner, tmp_path_factory.mktemp("plays"), fresh)


@pytest.fixture(scope="module")
def undisturbed(plays: Plays) -> PlayResult:
    """The play in which Muster is not killed."""
    return plays.run()
