"""Killed at each point, on PostgreSQL: after a restart all stands there as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.failpoints import ABSENT, FAILPOINTS
from tests import postgres
from tests.bot.sweep.conftest import Ending, Fresh, Theatre
from tests.bot.sweep.frozen import stands_after_a_freeze
from tests.bot.sweep.play import Breeder
from tests.bot.sweep.standing import difference

PLAYS = 8


@pytest.fixture(scope="module")
def fresh(postgres_template: str) -> Fresh:
    return lambda: postgres.server().database(postgres_template)


def test_the_play_comes_by_every_point(calm: Ending) -> None:
    assert set(calm.order) == set(FAILPOINTS) - set(ABSENT)


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


Frozen = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def frozen(breeder: Breeder, fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frozen]:
    """Give the play in which one Muster freezes and another takes over, on a database of its own each time."""
    other, folder = Breeder(), tmp_path_factory.mktemp("frozen")

    def played(point: str, *, without: str = "") -> dict[str, Any]:
        with fresh() as url:
            return stands_after_a_freeze((breeder, other), folder / f"{point}-{without}", url, point, without=without)

    yield played
    other.end()


@pytest.fixture(scope="module")
def awake(frozen: Frozen) -> dict[str, Any]:
    """Give what stands there when nobody freezes."""
    return frozen("")


@pytest.mark.parametrize("point", ["make_channel:claimed", "say:claimed", "card:chat.postMessage:after"])
def test_one_that_wakes_up_after_another_took_over_its_job_adds_nothing(
    frozen: Frozen, awake: dict[str, Any], point: str
) -> None:
    found = difference(awake, frozen(point))

    assert found == [], "\n".join(line[:400] for line in found)


def test_without_the_fence_something_stands_there_twice(frozen: Frozen, awake: dict[str, Any]) -> None:
    found = difference(awake, frozen("say:claimed", without="fence"))

    assert len([line for line in found if line.startswith("-") and "declared" in line]) >= 1, found
