"""Who is asked to fill a gap in a schedule, and when: its owner in the morning before, the service owner four hours before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from incident.policy import People, Policy
from organisation.deadlines.gap_deadlines import gap_deadlines, gaps_ahead
from roles.person_ids import PersonId
from roles.schedules.schedule import Override
from tests.support.policies import small_policy
from tests.support.schedules import utc

OWNER, KEEPER, MANAGER = (PersonId(f"slack:T1:U{one}") for one in (1, 2, 3))
# On call in Berlin from 08:00 to 20:00 but on Wednesdays; 2 December 2026 is a Wednesday.
DAYS = ["mon", "tue", "thu", "fri", "sat", "sun"]
HOURS = [{"start": "08:00", "end": "20:00", "days": DAYS}, {"start": "20:00", "end": "08:00"}]
ROTATION = {"start": "2026-01-05 08:00", "every": "1 week", "participants": ["U4"], "hours": HOURS}
START, END = utc("2026-12-02T07:00"), utc("2026-12-02T19:00")


def policy(**rules: Any) -> Policy:
    given = {"owner": "U2", "time_zone": "Europe/Berlin", "rotations": {"days": ROTATION}, **rules}
    services = {"checkout": {"owner": "U1", "schedule": "payments"}}
    return small_policy(services=services, schedules={"payments": given}, people=People(manager="U3"))


def steps(of: Policy, at: datetime, gone: tuple[PersonId, ...] = ()) -> list[tuple[datetime, tuple[PersonId, ...]]]:
    found = gap_deadlines(of, "T1", at, lambda person: person not in gone)
    return [(step.at, step.whom) for one in found for step in one.steps]


def test_the_owner_of_the_schedule_is_asked_in_the_morning_and_the_service_owner_four_hours_before():
    assert steps(policy(), START - timedelta(hours=30)) == [
        (utc("2026-12-01T08:00"), (KEEPER,)),
        (utc("2026-12-02T03:00"), (OWNER,)),
    ]


def test_the_morning_is_that_of_the_schedule_s_own_zone():
    moved = policy(time_zone="America/New_York")

    [(first, _), *_] = steps(moved, utc("2026-12-01T20:00"))

    assert first == utc("2026-12-01T14:00")


def test_a_gap_is_known_36_hours_ahead_and_not_before():
    assert gaps_ahead(policy(), "T1", START - timedelta(hours=36, minutes=1)) == ()
    [gap] = gaps_ahead(policy(), "T1", START - timedelta(hours=36))
    assert (gap.start, gap.end) == (START, END)


def test_its_deadline_stays_the_same_while_it_lasts():
    keys = {
        gap.key for hours in (-36, -5, 0, 1, 11) for gap in gaps_ahead(policy(), "T1", START + timedelta(hours=hours))
    }

    assert keys == {f"gap:payments:{int(START.timestamp())}"}
    assert gaps_ahead(policy(), "T1", END) == ()


def test_a_gap_that_someone_covers_or_that_is_meant_has_no_deadline():
    at = START - timedelta(hours=5)
    covered = policy().with_overrides([Override("payments", START, END, add=PersonId("slack:T1:U9"), how="cover")])

    assert steps(covered, at) == []
    assert steps(policy(around_the_clock=False), at) == []
    assert steps(policy(rotations={}), at) == []


def test_where_an_owner_cannot_be_asked_the_manager_is():
    at = START - timedelta(hours=5)

    assert [whom for _, whom in steps(policy(), at, gone=(KEEPER,))] == [(MANAGER,), (OWNER,)]
    assert steps(policy(), at, gone=(KEEPER, OWNER, MANAGER)) == []
