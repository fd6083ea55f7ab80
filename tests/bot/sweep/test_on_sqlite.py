"""Killed at each point, on SQLite: after a restart all stands there as if nothing had happened.

With a guard taken out, these comparisons notice.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.failpoints import ABSENT, FAILPOINTS
from tests.bot.sweep.conftest import Ending, Fresh, Theatre
from tests.bot.sweep.standing import difference

PLAYS = 8


@pytest.fixture(scope="module")
def fresh(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    @contextmanager
    def made() -> Iterator[str]:
        path = tmp_path_factory.mktemp("database") / "muster.db"
        shutil.copy(sqlite_template, path)
        yield f"sqlite:///{path}"

    return made


def test_the_play_comes_by_every_point(calm: Ending) -> None:
    assert set(calm.order) == set(FAILPOINTS) - set(ABSENT)
    assert len(FAILPOINTS) <= 60


@pytest.mark.parametrize("play", range(PLAYS))
def test_killed_at_every_eighth_point_all_stands_as_if_nothing_had_happened(
    theatre: Theatre, calm: Ending, play: int
) -> None:
    """Each point is in one of the plays, so that each is died at once, and each play dies all through its course."""
    points = list(calm.order[play::PLAYS])

    ending = theatre.give(points)

    assert ending.died == points
    found = difference(calm.stands, ending.stands)
    assert found == [], "\n".join(line[:400] for line in found)


def test_without_the_look_for_metadata_something_stands_there_twice(theatre: Theatre, calm: Ending) -> None:
    ending = theatre.give(["say:chat.postMessage:after"], without="metadata")

    twice = [line for line in difference(calm.stands, ending.stands) if line.startswith("- ") and "/messages: " in line]
    assert [line for line in twice if "declared *Payments fail*" in line]


def test_without_the_memory_of_keys_a_form_sent_again_declares_twice(theatre: Theatre, calm: Ending) -> None:
    ending = theatre.give(["run:committed"], without="keys")

    assert calm.stands["incidents"] == ["INC-2026-0001"]
    assert ending.stands["incidents"] == ["INC-2026-0002", "INC-2026-0001"]
