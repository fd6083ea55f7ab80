"""Killed at each failpoint on SQLite, Muster ends in the state in which it ends undisturbed.

With a protection disabled, the comparison finds the difference.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.failpoints import ABSENT, FAILPOINTS
from tests.bot.sweep.conftest import Fresh, PlayResult, Plays
from tests.support.observed_state import difference

PLAYS = 8


@pytest.fixture(scope="module")
def fresh(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    @contextmanager
    def made() -> Iterator[str]:
        path = tmp_path_factory.mktemp("database") / "muster.db"
        shutil.copy(sqlite_template, path)
        yield f"sqlite:///{path}"

    return made


def test_the_play_reaches_every_failpoint(undisturbed: PlayResult) -> None:
    assert set(undisturbed.order) == set(FAILPOINTS) - set(ABSENT)
    assert len(FAILPOINTS) <= 67


@pytest.mark.parametrize("play", range(PLAYS))
def test_killed_at_every_eighth_failpoint_it_ends_in_the_same_state(
    plays: Plays, undisturbed: PlayResult, play: int
) -> None:
    """Each failpoint is in one of the plays, so that Muster is killed once at each, all through a play's course."""
    points = list(undisturbed.order[play::PLAYS])

    result = plays.run(points)

    assert result.killed_at == points
    found = difference(undisturbed.state, result.state)
    assert found == [], "\n".join(line[:400] for line in found)
    # No telephone stays silent. One call may come twice: it was made, and the kill came before its entry.
    assert set(result.rang) == set(undisturbed.rang)
    assert result.rang.total() - undisturbed.rang.total() in (0, int("page_method:call:after" in points))
    # So may each of the two mails, an update and a notice, under the same Message-ID.
    assert len(result.mailed) == len(undisturbed.mailed) == 2
    assert result.mailed.total() == 2 + len({"update_outside:call:after", "notice_outside:call:after"} & set(points))


def test_without_the_metadata_lookup_a_message_is_posted_twice(plays: Plays, undisturbed: PlayResult) -> None:
    result = plays.run(["say:chat.postMessage:after"], without="metadata")

    twice = [
        line for line in difference(undisturbed.state, result.state) if line.startswith("- ") and "/messages: " in line
    ]
    assert [line for line in twice if "declared *Payments fail*" in line]


def test_without_idempotency_keys_a_form_delivered_again_declares_twice(plays: Plays, undisturbed: PlayResult) -> None:
    result = plays.run(["run:committed"], without="keys")

    assert undisturbed.state["incidents"] == ["INC-2026-0001"]
    assert result.state["incidents"] == ["INC-2026-0002", "INC-2026-0001"]
