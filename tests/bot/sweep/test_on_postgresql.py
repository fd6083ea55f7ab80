"""Killed at each failpoint on PostgreSQL, Muster ends in the state in which it ends undisturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.failpoints import ABSENT, FAILPOINTS, OF_DATABASE
from tests.bot.sweep.conftest import Fresh, PlayResult, Plays
from tests.support import postgres
from tests.support.failpoint_runner import FailpointRunner
from tests.support.frozen_play import state_after_a_stop
from tests.support.observed_state import difference

PLAYS = 4


@pytest.fixture(scope="module")
def fresh(postgres_template: str) -> Fresh:
    return lambda: postgres.server().database(postgres_template)


def test_the_play_reaches_every_failpoint(undisturbed: PlayResult) -> None:
    assert set(undisturbed.order) == set(FAILPOINTS) - set(ABSENT)


@pytest.mark.parametrize("play", range(PLAYS))
def test_killed_at_every_fourth_failpoint_of_the_database_it_ends_in_the_same_state(
    plays: Plays, undisturbed: PlayResult, play: int
) -> None:
    """Calls to Slack are the same on either database, and are killed at on SQLite."""
    points = [name for name in undisturbed.order if name in OF_DATABASE][play::PLAYS]

    result = plays.run(points)

    assert result.killed_at == points
    found = difference(undisturbed.state, result.state)
    assert found == [], "\n".join(line[:400] for line in found)
    # No telephone stays silent. One call may come twice: it was made, and the kill came before its entry.
    assert set(result.rang) == set(undisturbed.rang)
    assert result.rang.total() - undisturbed.rang.total() in (0, int("page_method:call:after" in points))


Stopped = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def stopped(
    failpoint_runner: FailpointRunner, fresh: Fresh, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stopped]:
    """Run the play in which one process is suspended and another takes over, each time on a database of its own."""
    other, folder = FailpointRunner(), tmp_path_factory.mktemp("stopped")

    def played(point: str, *, without: str = "", attempt: int = 0) -> dict[str, Any]:
        with fresh() as url:
            runners = (failpoint_runner, other)
            return state_after_a_stop(runners, folder / f"{point}-{without}-{attempt}", url, point, without=without)

    yield played
    other.close()


@pytest.fixture(scope="module")
def unstopped(stopped: Stopped) -> dict[str, Any]:
    """The state when no process is stopped."""
    return stopped("")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("point", ["make_channel:claimed", "say:claimed", "card:chat.postMessage:after"])
def test_a_process_that_continues_after_its_job_was_taken_over_adds_nothing(
    stopped: Stopped, unstopped: dict[str, Any], point: str
) -> None:
    found = difference(unstopped, stopped(point))

    assert found == [], "\n".join(line[:400] for line in found)


def test_without_fencing_a_message_is_posted_twice(stopped: Stopped, unstopped: dict[str, Any]) -> None:
    # Whether the first process still posts depends on how long it was stopped.
    found = (difference(unstopped, stopped("say:claimed", without="fence", attempt=attempt)) for attempt in range(3))

    assert any(line.startswith("-") and "declared" in line for lines in found for line in lines)
