"""The type changes with a reason; the first one stays in the history; a restricted incident stays restricted."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from tests.support.command_bench import CommandBench

WHY = "calls to the provider fail in one region only"


def test_the_type_changes_and_the_first_one_stays_in_the_history(room: CommandBench) -> None:
    room.do("reclassify", type="third_party", reason=WHY)

    assert [item.type for item in room.incident.types] == ["it", "third_party"]
    assert room.said() == f"<@UROB> changed the type from IT to *third party*: {WHY}"
    assert room.answer() == "INC-2026-0001 is now of type third party. The first type stays on the record."


def test_an_incident_reclassified_as_security_becomes_and_stays_restricted(room: CommandBench) -> None:
    room.do("reclassify", type="security", reason=WHY)
    assert room.incident.restricted
    assert "Only those who work on it may see it.\n" in room.answer()
    for text in (room.said(), room.answer()):
        assert "This channel is public" in text
        assert "Make it private in Slack now" in text

    room.do("reclassify", type="it", reason=WHY)
    assert room.incident.restricted


@pytest.mark.parametrize(("why", "code"), [("x" * 14, Code.JUSTIFICATION), ("x" * 15, None), ("", Code.JUSTIFICATION)])
def test_a_reason_that_says_too_little_is_refused(room: CommandBench, why: str, code: Code | None) -> None:
    assert room.do("reclassify", type="security", reason=why).code == code
