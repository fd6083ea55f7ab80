"""The policy says which priorities page in business hours and which at other hours; what waits is paged once they start."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from incident.deadlines.due_deadlines import next_at
from incident.policy_parts.paging_hours import BusinessHours, PagePriorities
from incident.states import Priority
from tests.support.clock import T0, T
from tests.support.command_bench import CommandBench, who
from tests.support.policies import team_policy

PAGES = PagePriorities(business_hours=(Priority.P1, Priority.P3), other_hours=(Priority.P1,))
# The bench starts at 10:00, two hours before these business hours.
FROM_NOON = BusinessHours(start="12:00")


def bench(desk: CommandBench, hours: BusinessHours = FROM_NOON, **fields: Any) -> CommandBench:
    desk.policy = team_policy().model_copy(update={"page_priorities": PAGES, "business_hours": hours})
    return desk.declared(by="ilse", **{"impact": 2, "urgency": 2, **fields})


def calls(desk: CommandBench) -> list[str]:
    return [str(call.person) for call in desk.incident.escalations]


def test_a_priority_that_pages_in_business_hours_pages_at_once_then(desk: CommandBench) -> None:
    bench(desk, BusinessHours())

    assert calls(desk) == [who("rob")]


def test_outside_business_hours_it_waits_until_they_start_and_the_answer_says_so(desk: CommandBench) -> None:
    bench(desk)
    assert calls(desk) == []
    assert (
        "A P3 pages no one at this hour. Unless someone acknowledges it before, who is on call is paged"
        in desk.answer()
    )

    desk.tick(119)
    assert calls(desk) == []
    desk.tick(120)
    desk.tick(121)

    assert calls(desk) == [who("rob")]


def test_one_that_wakes_people_pages_at_once_outside_business_hours(desk: CommandBench) -> None:
    bench(desk, impact=1, urgency=1)

    assert calls(desk) == [who("rob")]
    assert "pages no one" not in desk.answer()


def test_what_someone_acknowledges_before_business_hours_pages_no_one(desk: CommandBench) -> None:
    bench(desk)
    desk.do("take", "rosa", 5, role="commander")

    desk.tick(121)

    assert calls(desk) == []


def test_a_priority_raised_at_night_and_lowered_pages_as_what_it_is_at_each_time(desk: CommandBench) -> None:
    """A P3 that paged no one at its hour is no reason to wake no one for the P1 it becomes by day."""
    bench(desk)
    desk.do("take", "rosa", 5, role="commander")

    desk.do("priority", "ilse", 125, impact=1, urgency=1, justification="no customer can pay at all")

    assert calls(desk) == [who("rob")]


@pytest.mark.parametrize(
    ("hours", "is_open"),
    [
        ({}, True),
        ({"end": "10:00"}, False),
        ({"days": ["mon"]}, False),
        ({"holidays": ["2026-06-09"]}, False),
        ({"time_zone": "America/New_York"}, False),
    ],
)
def test_business_hours_have_weekdays_clock_times_holidays_and_a_zone(hours: dict[str, Any], is_open: bool) -> None:
    assert BusinessHours.model_validate(hours).is_open(T0) is is_open


def test_a_list_of_priorities_pages_at_all_hours_and_hours_past_midnight_are_no_business_hours() -> None:
    assert PagePriorities.model_validate(["P1"]) == PagePriorities(
        business_hours=(Priority.P1,), other_hours=(Priority.P1,)
    )
    with pytest.raises(ValidationError, match="not go past midnight"):
        BusinessHours(start="22:00", end="06:00")


def test_the_next_deadline_is_the_opening_that_the_page_waits_for(desk: CommandBench) -> None:
    bench(desk, BusinessHours(start="10:10"))

    assert next_at(desk.incident, desk.policy, T(1)) == T(10)
