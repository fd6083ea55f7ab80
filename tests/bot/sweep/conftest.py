"""What the sweep needs: the process that makes Musters, fresh databases, and a play that nothing disturbs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.failpoints import FAILPOINTS
from tests.bot.sweep.play import Breeder, performed
from tests.bot.sweep.standing import standing

Fresh = Callable[[], AbstractContextManager[str]]


@dataclass(frozen=True)
class Ending:
    """How a play ended: what stands there, the points at which it died, and the order in which points were reached."""

    stands: dict[str, Any]
    died: list[str]
    order: tuple[str, ...]


@dataclass
class Theatre:
    """Where plays are given, each on a database of its own."""

    breeder: Breeder
    folder: Path
    fresh: Fresh
    played: int = 0

    def give(self, at: list[str] | None = None, *, without: str = "") -> Ending:
        """Give the play, in which Muster dies at each of these points in turn."""
        self.played += 1
        folder = self.folder / str(self.played)
        with self.fresh() as url, performed(self.breeder, folder, url, at=at, without=without) as play:
            order = dict.fromkeys(play.reached.read_text("utf-8").split())
            return Ending(standing(play.sandbox, url), play.died, tuple(name for name in order if name in FAILPOINTS))


@pytest.fixture(scope="module")
def breeder() -> Iterator[Breeder]:
    """Give the process that makes Musters."""
    made = Breeder()
    yield made
    made.end()


@pytest.fixture(scope="module")
def theatre(breeder: Breeder, fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> Theatre:
    """Give the theatre, on the kind of database that the module's `fresh` makes."""
    return Theatre(breeder, tmp_path_factory.mktemp("plays"), fresh)


@pytest.fixture(scope="module")
def calm(theatre: Theatre) -> Ending:
    """Give how the play ends when nobody dies."""
    return theatre.give()
