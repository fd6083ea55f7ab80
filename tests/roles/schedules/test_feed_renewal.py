"""What a feed gives replaces its last good copy, unless it fails, or lost or moved so much that it looks like a slip."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy, FeedShift
from roles.schedules.feed_renewal import LOST_SHIFTS, MOVED, failed, renewed
from tests.support.schedules import utc

NOW = utc("2026-12-01T12:00")
DAY = timedelta(days=1)
PEOPLE = [PersonId(f"slack:T1:U{n}") for n in range(3)]


def shifts(days: int = 20, move: timedelta = timedelta(), first: datetime = NOW) -> tuple[FeedShift, ...]:
    """Return shifts of a day for each of three people in turn."""
    return tuple(
        FeedShift(start=first + n * DAY + move, end=first + (n + 1) * DAY + move, person=PEOPLE[n % 3])
        for n in range(days)
    )


def copy(found: tuple[FeedShift, ...], at: datetime = NOW) -> FeedCopy:
    return FeedCopy(schedule="payments", checked_at=at, fetched_at=at, shifts=found)


GOOD = copy(shifts())


def test_the_first_copy_and_one_with_small_changes_count_at_once():
    swapped = tuple(one.model_copy(update={"person": PEOPLE[0]}) if n == 3 else one for n, one in enumerate(shifts()))

    for before, after in ((None, shifts()), (GOOD, shifts()), (GOOD, swapped), (GOOD, shifts()[:10])):
        fresh = copy(after, NOW + timedelta(minutes=5))
        assert renewed(before, fresh) == fresh


@pytest.mark.parametrize(
    ("now", "problem"),
    [
        ((), LOST_SHIFTS),
        (shifts(3), LOST_SHIFTS),
        (shifts(first=NOW - 365 * DAY), LOST_SHIFTS),
        (shifts(move=timedelta(hours=2)), MOVED),
        (shifts(move=timedelta(hours=-9)), MOVED),
    ],
)
def test_shifts_that_vanish_or_all_move_leave_the_copy_for_a_day(now, problem):
    seen = renewed(GOOD, copy(now, NOW + timedelta(minutes=5)))

    assert (seen.problem, seen.shifts, seen.fetched_at) == (problem, GOOD.shifts, NOW)
    later = renewed(seen, copy(now, NOW + timedelta(hours=20)))
    assert (later.failing_since, later.shifts) == (seen.failing_since, GOOD.shifts)
    fresh = copy(now, seen.checked_at + DAY)
    assert renewed(later, fresh).shifts == now


def test_a_feed_that_is_as_before_again_fails_no_more():
    seen = renewed(GOOD, copy((), NOW + timedelta(minutes=5)))

    again = copy(shifts(), NOW + timedelta(minutes=10))

    assert renewed(seen, again) == again


def test_a_failure_keeps_the_copy_and_since_when_whatever_its_kind_until_it_is_read_again():
    first = failed(GOOD, "payments", "not_readable", NOW + DAY)
    second = failed(first, "payments", "unreachable", NOW + 2 * DAY)

    assert (second.shifts, second.fetched_at) == (GOOD.shifts, NOW)
    assert (second.problem, second.failing_since, second.checked_at) == ("unreachable", NOW + DAY, NOW + 2 * DAY)
    assert renewed(second, copy(shifts(), NOW + 3 * DAY)).failing_since is None


def test_a_doubt_after_a_long_outage_is_doubted_for_a_day_of_its_own():
    out = failed(GOOD, "payments", "unreachable", NOW - 9 * DAY)

    doubted = renewed(out, copy((), NOW))

    assert doubted.failing_since == NOW
    assert renewed(doubted, copy((), NOW + timedelta(minutes=5))).shifts == GOOD.shifts


def test_a_feed_that_never_was_read_has_no_shifts():
    assert failed(None, "payments", "no_address", NOW).shifts == ()
