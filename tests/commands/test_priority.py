"""Priority follows from impact and urgency; lowering it needs authority; a P1 is major by itself."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from incident.states import Priority
from tests.support.command_bench import CommandBench

WHY = "writes are locked for all users"


def test_the_priority_is_computed_and_the_reply_names_the_previous_one(room: CommandBench) -> None:
    room.do("priority", by="ilse", impact=2, urgency=2, justification=WHY)

    changed = room.facts()[0]
    assert (changed.old, changed.priority, changed.restore_minutes) == (Priority.P2, Priority.P3, 1440)
    assert (changed.initial, changed.provisional) == (False, False)
    assert room.said() == f"Priority P2 → *P3* (impact medium, urgency medium), by <@UILSE>: {WHY}"
    assert room.answer() == (
        "INC-2026-0001 is P3: impact medium, urgency medium. Targets: acknowledge within 4 h, restore within 1 d of"
        " detection. Updates: responders by <!date^1781001000^{time}|10:30 UTC> (10:30 UTC)."
    )


def test_a_p1_is_major_by_itself_and_only_once(room: CommandBench) -> None:
    room.do("priority", impact=1, urgency=1, justification=WHY)
    assert room.kinds() == ["priority_changed", "major_declared"]
    assert "which makes it a *major incident*" in room.said()

    room.do("priority", impact=1, urgency=1, justification=WHY)
    assert room.kinds() == ["priority_changed"]


def test_a_level_left_out_keeps_its_value(room: CommandBench) -> None:
    room.do("priority", urgency=1, justification=WHY)

    assert (room.incident.priorities[-1].impact, room.incident.priorities[-1].urgency) == (1, 1)


@pytest.mark.parametrize(("by", "code"), [("rob", Code.NOT_AUTHORISED), ("ilse", None), ("eva", None)])
def test_the_commander_or_a_person_with_authority_lowers_the_priority(
    room: CommandBench, by: str, code: Code | None
) -> None:
    room.do("take", by="eva", role="commander")

    assert room.do("priority", by=by, impact=3, urgency=3, justification=WHY).code == code


def test_any_person_may_raise_the_priority(room: CommandBench) -> None:
    assert room.do("priority", by="guest", impact=1, urgency=1, justification=WHY).code is None


def test_other_levels_with_the_same_priority_lower_nothing(room: CommandBench) -> None:
    assert room.do("priority", by="rob", impact=2, urgency=1, justification=WHY).code is None


@pytest.mark.parametrize(("why", "code"), [("x" * 14, Code.JUSTIFICATION), ("x" * 15, None), ("", Code.JUSTIFICATION)])
def test_a_justification_that_says_too_little_is_refused(room: CommandBench, why: str, code: Code | None) -> None:
    assert room.do("priority", impact=1, urgency=1, justification=why).code == code


def test_authority_is_checked_before_the_justification(room: CommandBench) -> None:
    assert room.do("priority", by="rob", impact=3, urgency=3, justification="").code == Code.NOT_AUTHORISED


@pytest.mark.parametrize("level", [0, 4, "P1"])
def test_impact_and_urgency_have_three_levels_and_no_other(room: CommandBench, level: object) -> None:
    outcome = room.do("priority", impact=level, urgency=1, justification=WHY)

    assert (outcome.code, outcome.fields) == (Code.BAD_VALUE, ("impact",))


def test_a_void_incident_keeps_its_priority(room: CommandBench) -> None:
    room.do("void", as_="false_alarm", reason="the probe itself was broken")

    assert room.do("priority", by="rob", impact=3, urgency=3, justification="").code == Code.STATE
