"""`muster doctor` names the hours ahead in which no one is on call."""

from __future__ import annotations

from typing import Any

from bot.cli.checks.check_result import Severity
from bot.cli.checks.schedule_check import check_schedules
from tests.support.policies import shipped_policy
from tests.support.schedules import utc

ROTATION = {"start": "2026-01-05 09:00", "every": "1 week", "participants": ["U1", "U2"]}
NIGHTS = {**ROTATION, "hours": [{"start": "20:00", "end": "08:00"}]}


def found(now: str, **rules: Any) -> list[tuple[Severity, str]]:
    policy = shipped_policy(schedules={"payments": {"time_zone": "Europe/Berlin", **rules}})
    return [(one.severity, one.message) for one in check_schedules(policy, utc(now))]


def test_each_gap_of_the_next_36_hours_is_named_on_the_clock_of_the_schedule():
    assert found("2026-12-01T04:00", rotations={"nights": NIGHTS}) == [
        (
            Severity.NOTE,
            f"No one is on call by payments from {day} 08:00 to {end} (Europe/Berlin). "
            "Name someone in its `people` or `fixed_shifts`.",
        )
        for day, end in (("Tue 01 Dec", "20:00"), ("Wed 02 Dec", "17:00"))
    ]


def test_a_schedule_without_gaps_is_in_order_and_one_that_may_have_some_is_not_looked_at():
    in_order = [(Severity.GOOD, "Someone is on call by every schedule in the next 36 hours.")]

    assert found("2026-12-01T04:00", rotations={"all": ROTATION}) == in_order
    assert found("2026-12-01T04:00", rotations={"nights": NIGHTS}, around_the_clock=False) == []
