"""What was contained and spreads is judged again, and asked for until it is (S2-16); a P3 near its target may be raised (S2-15)."""

from __future__ import annotations

import pytest

from incident.deadlines import due_deadlines
from incident.deadlines.deadline import Deadline
from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who


def contained() -> CommandBench:
    desk = CommandBench().declared(impact=3, urgency=2)
    desk.do("contain", at=5, form={"term": "short", "text": "web-2 is off the network"})
    return desk


def retriage(desk: CommandBench) -> list[Deadline]:
    return [one for one in due_deadlines.due(desk.incident, desk.policy) if one.kind == "retriage"]


def test_a_spread_of_a_contained_p4_asks_for_impact_and_urgency_again_until_they_are_judged():
    desk = contained()
    assert (desk.incident.priority, retriage(desk)) == ("P4", [])

    desk.do("spread", at=10, form={"text": "web-3 has it too"})
    [deadline] = retriage(desk)
    assert [(step.at, step.whom) for step in deadline.steps] == [
        (T(10), (who("rob"),)),
        (T(25), (who("rob"), who("nadia"))),
    ]

    desk.do("priority", at=12, form={"impact": 2, "urgency": 1, "justification": "two servers have it now"})
    assert retriage(desk) == []

    desk.do("spread", at=20, form={"text": "web-4 has it too"})
    assert len(retriage(desk)) == 1


def test_a_spread_of_what_was_never_contained_is_refused_and_one_that_is_over_asks_no_one():
    desk = CommandBench().declared()
    outcome = desk.do("spread", at=1, form={"text": "web-3 has it too"})
    assert (outcome.code, outcome.reason) == (Code.STATE, "spread_nothing_contained")
    assert "/incident contain" in desk.answer()

    desk = contained()
    desk.do("contain", at=6, form={"term": "undone", "id": "C1", "text": "web-2 is back"})
    assert desk.do("spread", at=7, form={"text": "web-3 has it too"}).reason == "spread_nothing_contained"


@pytest.mark.parametrize("text", ["", "  "])
def test_a_spread_says_where_to(text):
    assert contained().do("spread", at=6, form={"text": text}).reason == "spread_where"


def test_a_spread_that_was_noted_by_mistake_is_taken_back_with_its_prompt():
    desk = contained()
    desk.do("spread", at=6, form={"text": "web-3 has it too"})

    assert desk.do("undo", at=7).code is None
    assert retriage(desk) == []
