"""Four times can be set, each with its basis; a time of a state only once that state was reached."""

from __future__ import annotations

from datetime import datetime

import pytest

from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench


def form(field: str, at: datetime) -> dict[str, str]:
    return {"field": field, "at": at.isoformat(), "basis": "the request log"}


@pytest.mark.parametrize("field", ["started_at", "detected_at"])
def test_the_start_may_be_set_at_any_time(room: CommandBench, field: str) -> None:
    room.do("time", at=5, form=form(field, T(-9)))

    assert getattr(room.incident.times, field) == T(-9)


def test_the_reply_shows_the_time_in_both_zones(room: CommandBench) -> None:
    room.do("time", at=5, form=form("started_at", T(-9)))

    moment = f"<!date^{int(T(-9).timestamp())}^"
    assert room.answer().startswith(f"Recorded: it started {moment}")
    assert "(09:51 UTC)" in room.answer()


@pytest.mark.parametrize("field", ["mitigated_at", "restored_at"])
def test_the_time_of_a_state_not_reached_cannot_be_set(room: CommandBench, field: str) -> None:
    outcome = room.do("time", at=5, form=form(field, T(3)))

    assert (outcome.code, outcome.reason) == (Code.STATE, "time_not_reached")


def test_a_restored_time_moves_the_end_of_the_episode(room: CommandBench) -> None:
    room.do("ack", at=1)
    room.do("restored", at=30, text="green again")

    room.do("time", at=40, form=form("restored_at", T(25)))

    assert room.incident.episodes[-1].restored_at == T(25)
    assert room.answer().startswith("Recorded: it was restored")


@pytest.mark.parametrize("field", ["logged_at", "closed_at", "dinner"])
def test_no_other_time_can_be_set(room: CommandBench, field: str) -> None:
    assert room.do("time", form=form(field, T(0))).code == Code.STATE


def test_a_time_without_a_zone_is_refused(room: CommandBench) -> None:
    outcome = room.do("time", form={"field": "started_at", "at": "2026-06-09T09:00:00", "basis": "x"})

    assert (outcome.code, outcome.fields) == (Code.BAD_VALUE, ("at",))
