"""Replies repeat the times typed, and say when one lies before the incident or in the future."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.support.clock import T
from tests.support.command_bench import CommandBench

BEFORE = "That lies before it was detected."
AHEAD = "lies in the future"


def shown(at: datetime) -> str:
    return f"<!date^{int(at.timestamp())}^"


@pytest.mark.parametrize(
    ("verb", "fields"), [("ack", {}), ("note", {"text": "seen"}), ("restored", {"text": "green"}), ("contain", {})]
)
def test_the_reply_repeats_the_time_that_was_typed(room: CommandBench, verb: str, fields: dict[str, Any]) -> None:
    room.do("ack", at=5)
    more = {"term": "short", "text": "pulled"} if verb == "contain" else fields

    room.do(verb, at=30, occurred_at=T(20), **more)

    assert f"\nAs of {shown(T(20))}" in room.answer()
    assert "(10:20 UTC)." in room.answer()
    assert "That lies" not in room.answer()


def test_the_reply_to_a_present_event_shows_no_time(room: CommandBench) -> None:
    room.do("ack", at=5)

    assert "As of" not in room.answer()


def test_a_time_before_the_incident_is_recorded_and_the_reply_says_so(room: CommandBench) -> None:
    outcome = room.do("ack", at=5, occurred_at=T(-60))

    assert not outcome.is_refused
    assert BEFORE in room.answer()


def test_a_time_between_detection_and_declaration_is_shown_as_before_the_declaration(desk: CommandBench) -> None:
    desk.declared(detected_at=T(-10).isoformat())

    desk.do("note", at=5, occurred_at=T(-5), text="errors rise")

    assert "That lies before it was declared." in desk.answer()


@pytest.mark.parametrize(("back", "early"), [(35, False), (-90, True)])
def test_the_reply_to_a_reopening_repeats_when_the_harm_returned(room: CommandBench, back: float, early: bool) -> None:
    room.do("ack", at=5)
    room.do("restored", at=20, text="green")
    room.do("resolve", at=30, how="fix", text="Restarted the connection pool of checkout.")

    outcome = room.do("reopen", at=40, reason="same errors", recurrence_at=T(back).isoformat())

    assert not outcome.is_refused, outcome
    assert f"Back as of {shown(T(back))}" in room.answer()
    assert (BEFORE in room.answer()) == early


@pytest.mark.parametrize(("minutes", "warned"), [(60, True), (-60, False)])
@pytest.mark.parametrize("field", ["started_at", "detected_at"])
def test_a_start_in_the_future_is_recorded_with_a_warning(
    room: CommandBench, field: str, minutes: float, warned: bool
) -> None:
    room.do("time", form={"field": field, "at": T(minutes).isoformat(), "basis": "the log"})

    assert getattr(room.incident.times, field) == T(minutes)
    assert (AHEAD in room.answer()) == warned


@pytest.mark.parametrize(("minutes", "warned"), [(60, True), (-60, False)])
@pytest.mark.parametrize("field", ["started_at", "detected_at"])
def test_the_reply_to_a_declaration_with_a_future_start_says_so(
    desk: CommandBench, field: str, minutes: float, warned: bool
) -> None:
    desk.do("declare", title="Errors", service="checkout", **{field: T(minutes).isoformat()})

    assert (AHEAD in desk.answer()) == warned
