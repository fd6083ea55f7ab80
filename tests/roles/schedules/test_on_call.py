"""Who is on call: rotations and their versions, hours, layers, fixed shifts, overrides, covers and swaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from roles.schedules.people_on_call import Reason, Via, who
from roles.schedules.schedule import Override, Schedule
from roles.schedules.shifts import Shift, gaps, next_handover, shifts, shifts_of
from tests.support.schedules import ADA, BEN, CHI, DEV, on_call_at, schedule, utc

WEEKLY = {"start": "2026-01-05 09:00", "every": "1 week", "participants": [ADA, BEN, CHI]}
BERLIN = "Europe/Berlin"


def weekly(**changes) -> Schedule:
    return schedule({"rotations": {"db": {**WEEKLY, **changes}}}, zone=BERLIN)


def test_people_take_turns_from_the_local_start_on():
    turns = weekly()

    assert on_call_at(turns, "2026-01-05T07:59") == []
    assert on_call_at(turns, "2026-01-05T08:00") == [ADA]
    assert on_call_at(turns, "2026-01-12T07:59") == [ADA]
    assert on_call_at(turns, "2026-01-12T08:00") == [BEN]
    assert on_call_at(turns, "2026-01-26T08:00") == [ADA]


def test_a_hand_over_stays_at_its_local_time_when_the_clock_changes():
    assert on_call_at(weekly(), "2026-03-30T06:59") == [CHI]
    assert on_call_at(weekly(), "2026-03-30T07:00") == [ADA]


def test_the_reason_names_the_rotation_and_its_week():
    (one,) = who(weekly(), utc("2026-11-17T12:00"))

    assert one.reason == Reason(Via.ROTATION, "db", week=47)


def test_monthly_turns_end_on_the_last_day_of_a_month_that_is_too_short():
    turns = weekly(start="2024-01-31 09:00", every="1 month")

    assert [one.start for one in shifts(turns, utc("2024-01-31T08:00"), utc("2024-06-01T00:00"))] == [
        utc(at)
        for at in ("2024-01-31T08:00", "2024-02-29T08:00", "2024-03-31T07:00", "2024-04-30T07:00", "2024-05-31T07:00")
    ]


def test_a_hand_over_in_the_hour_that_the_clock_skips_is_when_it_skips():
    turns = weekly(start="2026-03-28 02:30", every="1 day")

    assert shifts(turns, utc("2026-03-28T12:00"), utc("2026-03-29T12:00"))[1].start == utc("2026-03-29T01:00")


def test_a_hand_over_in_the_hour_that_comes_twice_is_in_the_first():
    turns = weekly(start="2026-10-24 02:30", every="1 day")

    assert shifts(turns, utc("2026-10-24T12:00"), utc("2026-10-25T12:00"))[1].start == utc("2026-10-25T00:30")
    assert on_call_at(turns, "2026-10-25T01:15") == on_call_at(turns, "2026-10-25T00:30")


def test_a_clock_that_skips_a_day_skips_the_turns_of_that_day():
    turns = schedule(
        {"rotations": {"r": {**WEEKLY, "start": "2011-12-28 09:00", "every": "1 day"}}}, zone="Pacific/Apia"
    )
    starts = [one.start for one in shifts(turns, utc("2011-12-28T19:00"), utc("2012-01-01T00:00"))]

    assert starts == [
        utc("2011-12-28T19:00"),
        utc("2011-12-29T19:00"),
        utc("2011-12-30T10:00"),
        utc("2011-12-30T19:00"),
        utc("2011-12-31T19:00"),
    ]


def test_a_new_version_changes_nothing_before_it_and_starts_with_the_person_it_names():
    change = {"effective": "2026-01-21 12:00", "participants": [BEN, DEV, ADA], "starts_with": DEV}
    before, after = weekly(), weekly(changes=[change])
    past = utc("2026-01-05T08:00"), utc("2026-01-21T11:00")

    assert shifts(after, *past) == shifts(before, *past)
    assert on_call_at(after, "2026-01-21T11:00") == [DEV]
    assert on_call_at(after, "2026-01-26T08:00") == [ADA]
    assert on_call_at(after, "2026-02-02T08:00") == [BEN]


def test_a_new_version_may_have_a_period_and_hand_overs_of_its_own():
    change = {
        "effective": "2026-01-21 12:00",
        "participants": [BEN, CHI],
        "every": "1 day",
        "handover": "2026-01-21 20:00",
    }
    turns = weekly(changes=[change])

    assert [on_call_at(turns, at) for at in ("2026-01-21T11:00", "2026-01-21T19:00", "2026-01-22T19:00")] == [
        [BEN],
        [CHI],
        [BEN],
    ]


def test_hours_over_midnight_belong_to_the_day_on_which_they_start():
    nights = weekly(hours=[{"days": ["fri"], "start": "22:00", "end": "06:00"}], participants=[ADA])

    assert [
        on_call_at(nights, at)
        for at in ("2026-01-09T20:59", "2026-01-09T21:00", "2026-01-10T04:59", "2026-01-10T05:00")
    ] == [[], [ADA], [ADA], []]


def test_hours_that_end_when_they_start_are_a_whole_day():
    sundays = weekly(hours=[{"days": ["sun"], "start": "00:00", "end": "00:00"}], participants=[ADA])
    start, end = utc("2026-01-11T00:00"), utc("2026-01-12T23:00")

    assert gaps(sundays, start, end) == (Shift(utc("2026-01-11T23:00"), end, ()),)


def test_a_higher_layer_goes_before_a_lower_one_and_people_answer_where_neither_does():
    rules = {
        "rotations": {
            "base": {**WEEKLY, "participants": [ADA], "hours": [{"start": "08:00", "end": "20:00"}]},
            "lunch": {**WEEKLY, "participants": [BEN], "hours": [{"start": "12:00", "end": "13:00"}], "layer": 2},
        },
        "people": [CHI, DEV],
    }
    day = schedule(rules)

    assert [on_call_at(day, f"2026-02-02T{hour}:00") for hour in ("11", "12", "13", "21")] == [
        [ADA],
        [BEN],
        [ADA],
        [CHI, DEV],
    ]


def test_a_fixed_shift_replaces_everyone_in_its_window():
    holidays = {"start": "2026-12-24 12:00", "end": "2026-12-27 09:00", "people": [DEV]}
    turns = schedule({"rotations": {"db": WEEKLY}, "fixed_shifts": [holidays]}, zone=BERLIN)

    assert [on_call_at(turns, at) for at in ("2026-12-24T11:00", "2026-12-27T07:59")] == [[DEV], [DEV]]
    assert who(turns, utc("2026-12-25T00:00"))[0].reason.via is Via.FIXED_SHIFT
    assert on_call_at(turns, "2026-12-27T08:00") != [DEV]


def override(start, end, **changes) -> Override:
    return Override("payments", utc(start), utc(end), **changes)


def test_an_override_replaces_its_person_only_while_they_are_on_call():
    change = override("2026-01-11T00:00", "2026-01-14T00:00", remove=ADA, add=DEV, entry=7, by=BEN)
    turns = weekly().with_overrides([change])

    assert [on_call_at(turns, at) for at in ("2026-01-10T23:59", "2026-01-11T00:00", "2026-01-12T08:00")] == [
        [ADA],
        [DEV],
        [BEN],
    ]
    assert who(turns, utc("2026-01-11T00:00"))[0].reason == Reason(Via.OVERRIDE, entry=7, by=BEN, instead_of=ADA)


def test_an_override_adds_or_takes_out_a_person():
    added = override("2026-01-06T00:00", "2026-01-07T00:00", add=DEV)
    removed = override("2026-01-08T00:00", "2026-01-09T00:00", remove=ADA)
    turns = weekly().with_overrides([added, removed])

    assert on_call_at(turns, "2026-01-06T12:00") == [ADA, DEV]
    assert on_call_at(turns, "2026-01-08T12:00") == []


def test_a_later_override_changes_an_earlier_one_whatever_order_they_are_given_in():
    first = override("2026-01-06T00:00", "2026-01-08T00:00", remove=ADA, add=DEV, entry=1)
    second = override("2026-01-07T00:00", "2026-01-08T00:00", remove=DEV, add=CHI, entry=2)

    assert on_call_at(weekly().with_overrides([second, first]), "2026-01-07T12:00") == [CHI]


def test_overrides_of_another_schedule_change_nothing():
    other = Override("search", utc("2026-01-06T00:00"), utc("2026-01-07T00:00"), remove=ADA)

    assert weekly().with_overrides([other]) == weekly()


def test_a_swap_is_two_covers():
    one = override("2026-01-05T08:00", "2026-01-12T08:00", remove=ADA, add=BEN, how="swap", entry=3)
    other = override("2026-01-12T08:00", "2026-01-19T08:00", remove=BEN, add=ADA, how="swap", entry=3)
    turns = weekly().with_overrides([one, other])

    assert [on_call_at(turns, at) for at in ("2026-01-06T00:00", "2026-01-13T00:00", "2026-01-20T00:00")] == [
        [BEN],
        [ADA],
        [CHI],
    ]


def test_the_next_hand_over_is_the_next_change_of_people():
    following = next_handover(weekly(), utc("2026-01-06T00:00"))

    assert following is not None
    assert (following.start, following.end) == (utc("2026-01-12T08:00"), utc("2026-01-16T00:00"))
    assert [one.person for one in following.people] == [BEN]
    assert next_handover(schedule({"people": [ADA]}), utc("2026-01-06T00:00")) is None


def test_a_persons_shifts_are_joined_over_other_peoples_changes():
    added = override("2026-01-06T00:00", "2026-01-07T00:00", add=DEV)
    found = list(shifts_of(weekly().with_overrides([added]), ADA, utc("2026-01-05T12:00")))

    assert found[:2] == [
        (utc("2026-01-05T12:00"), utc("2026-01-12T08:00")),
        (utc("2026-01-26T08:00"), utc("2026-02-02T08:00")),
    ]
    assert list(shifts_of(schedule({"people": [ADA]}), ADA, utc("2026-01-05T12:00"))) == [
        (utc("2026-01-05T12:00"), None)
    ]


def test_user_groups_are_on_no_list():
    assert on_call_at(schedule({"people": ["S0GROUP", "U1", "payments", "U1"]}), "2026-01-01T00:00") == ["slack:T1:U1"]


@pytest.mark.parametrize("hours", [None, 1])
def test_one_moment_is_within_one_shift(hours):
    start = datetime(2026, 1, 6, tzinfo=UTC)
    end = start + timedelta(hours=hours or 24 * 30)

    assert shifts(weekly(), start, end)[0].start == start
    assert shifts(weekly(), start, end)[-1].end == end
