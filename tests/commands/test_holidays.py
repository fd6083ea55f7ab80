"""Due dates in business days leave out the holidays of the policy, and say where its table ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.config.outside.holiday_calendars import with_holidays
from incident.deadlines.after import document_deadlines
from incident.rules.business_days import after_business_days
from tests.support.after_bench import after_policy, closed_bench
from tests.support.clock import T
from tests.support.command_bench import CommandBench

ENDED = "holidays until 31 December 2025; after that only weekends"


def _june(day: int) -> datetime:
    return T(40).replace(day=day)


@pytest.mark.parametrize(
    ("hours", "rca", "sign_off"),
    [
        ({}, 16, 23),
        ({"calendar": "US"}, 16, 24),  # Juneteenth is a Friday
        ({"calendar": "US", "holidays": ["2026-06-12"]}, 17, 25),
        ({"days": ["mon", "tue", "wed", "thu"]}, 17, 25),
    ],
)
def test_causes_and_sign_off_are_due_in_days_on_which_people_work(hours, rca, sign_off):
    bench = closed_bench(with_holidays(after_policy(business_hours=hours)))
    after = bench.incident.aftermath

    assert (after.rca.due_at, after.sign_off.due_at) == (_june(rca), _june(sign_off))
    assert "holidays until" not in bench.answer()


def test_the_nudges_and_the_latest_day_of_the_review_leave_out_holidays_too():
    policy = after_policy(business_hours={"holidays": ["2026-06-10", "2026-06-11"]})
    bench = closed_bench(policy)
    bench.do("review", "ilse", 50, form={"owner": "slack:T1:UEVA", "at": T(20 * 1440).isoformat()})

    [deadline] = document_deadlines.causes(bench.incident, policy)
    assert [step.at for step in deadline.steps] == [_june(16), _june(17), _june(18)]
    assert "within 5 business days" in bench.answer()


def test_a_list_that_ends_before_the_due_date_is_said_at_closing_and_when_an_analysis_is_asked_for():
    policy = after_policy(business_hours={"holidays": ["2025-12-25"]})
    closed = closed_bench(policy)
    small = CommandBench(policy=policy).declared(0, impact=2, urgency=2)
    small.do("rca", "ilse", 5, what="open")

    assert ENDED in closed.answer()
    assert ENDED in small.answer()
    assert closed.incident.aftermath.rca.due_at == _june(16)


def test_the_day_is_that_of_the_organisation_and_a_year_without_business_days_ends():
    evening = datetime(2026, 6, 11, 22, 30, tzinfo=UTC)  # a Friday in Berlin
    berlin = after_policy(time_zone="Europe/Berlin").work_hours
    closed = berlin.with_public_holidays((), evening.date()).model_copy(update={"days": ()})

    assert after_business_days(evening, 1, berlin) == datetime(2026, 6, 14, 22, 30, tzinfo=UTC)
    assert after_business_days(evening, 1, closed) > evening
