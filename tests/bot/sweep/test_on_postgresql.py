"""Killed at any commit and any call, on PostgreSQL: after a restart all stands there as if nothing had happened."""

from __future__ import annotations

import pytest

from bot.failpoints import FAILPOINTS
from tests import postgres
from tests.bot.sweep.conftest import Ending, Fresh, Theatre
from tests.bot.sweep.standing import difference

PLAYS = 8


@pytest.fixture(scope="module")
def fresh(postgres_template: str) -> Fresh:
    return lambda: postgres.server().database(postgres_template)


def test_the_play_comes_by_every_point(calm: Ending) -> None:
    assert set(calm.order) == set(FAILPOINTS)


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
