"""Replies repeat the times typed, and say when one lies before the incident or in the future."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench

BEFORE = "That is before it was detected."
AHEAD = "is in the future"


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
    assert "That is before" not in room.answer()


def test_the_reply_to_a_present_event_shows_no_time(room: CommandBench) -> None:
    room.do("ack", at=5)

    assert "As of" not in room.answer()


def test_a_time_before_the_incident_is_recorded_and_the_reply_says_so(room: CommandBench) -> None:
    outcome = room.do("ack", at=5, occurred_at=T(-60))

    assert not outcome.is_refused
    assert BEFORE in room.answer()
    assert "`/incident time detected 11:40` and how you know." in room.answer()


def test_a_time_between_detection_and_declaration_is_shown_as_before_the_declaration(desk: CommandBench) -> None:
    desk.declared(detected_at=T(-10).isoformat())

    desk.do("note", at=5, occurred_at=T(-5), text="errors rise")

    assert "That is before it was declared." in desk.answer()


@pytest.mark.parametrize(("back", "early"), [(35, False), (15, False), (-90, True)])
def test_the_reply_to_a_reopening_repeats_when_the_harm_returned(room: CommandBench, back: float, early: bool) -> None:
    room.do("ack", at=5)
    room.do("restored", at=20, text="green")
    room.do("resolve", at=30, how="fix", text="Restarted the connection pool of checkout.")

    outcome = room.do("reopen", at=40, reason="same errors", recurrence_at=T(back).isoformat())

    assert not outcome.is_refused, outcome
    assert f"Back as of {shown(T(back))}" in room.answer()
    assert (BEFORE in room.answer()) == early
    assert ("That is before it was restored" in room.answer()) == (back == 15)


@pytest.mark.parametrize("field", ["started_at", "detected_at", "mitigated_at", "restored_at"])
def test_a_time_to_come_is_not_set(room: CommandBench, field: str) -> None:
    room.do("ack", at=5)
    room.do("restored", at=20, text="green")
    before = room.incident.times

    outcome = room.do("time", at=30, form={"field": field, "at": T(31).isoformat(), "basis": "the log"})

    assert (outcome.code, outcome.reason, outcome.fields) == (Code.BAD_VALUE, "time_ahead", ("at",))
    assert room.incident.times == before


@pytest.mark.parametrize(
    ("field", "minute", "question"),
    [
        ("restored_at", -60, "restoration, 09:00, is before detection, 10:00."),
        ("started_at", 25, "detection, 10:00, is before the start, 10:25."),
        ("detected_at", 25, "restoration, 10:20, is before detection, 10:25."),
        ("detected_at", 15, "the declaration, 10:00, is before detection, 10:15."),
        ("mitigated_at", 25, "restoration, 10:20, is before mitigation, 10:25."),
    ],
)
def test_the_reply_asks_at_once_which_of_two_times_is_wrong(
    room: CommandBench, field: str, minute: float, question: str
) -> None:
    room.do("ack", at=5)
    room.do("restored", at=20, text="green")

    outcome = room.do("time", at=30, form={"field": field, "at": T(minute).isoformat(), "basis": "the log"})

    assert not outcome.is_refused
    answer = re.sub(r"<!date[^>]*> \((\d\d:\d\d) UTC\)", r"\1", room.answer())
    assert f"These times cannot be right: {question}" in answer
    assert "Which one is wrong?" in answer


def test_a_restoration_told_from_before_detection_is_asked_about_and_a_right_one_is_not(room: CommandBench) -> None:
    room.do("ack", at=5)

    room.do("restored", at=20, text="green", occurred_at=T(-5))

    assert "restoration" in room.answer()
    assert "Which one is wrong?" in room.answer()
    room.do("time", at=30, form={"field": "restored_at", "at": T(15).isoformat(), "basis": "the log"})
    assert "Which one is wrong?" not in room.answer()


@pytest.mark.parametrize(("minutes", "warned"), [(60, True), (-60, False)])
@pytest.mark.parametrize("field", ["started_at", "detected_at"])
def test_the_reply_to_a_declaration_with_a_future_start_says_so(
    desk: CommandBench, field: str, minutes: float, warned: bool
) -> None:
    desk.do("declare", title="Errors", service="checkout", **{field: T(minutes).isoformat()})

    assert (AHEAD in desk.answer()) == warned
