"""A calendar is read into the turns of named people, on the clock that its times are meant on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.calendar_feed import read_calendar
from bot.feeds.feed_problem import Fault, FeedProblem
from bot.feeds.named_turn import name_finder
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from incident.ports import Person
from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedShift
from roles.schedules.schedule import resolve
from roles.schedules.schedule_rules import ScheduleRules
from roles.schedules.shifts import shifts
from tests.support.calendars import calendar, event
from tests.support.schedules import ADA, BEN, CHI, schedule, utc

START, END = utc("2026-06-01T00:00"), utc("2026-07-01T00:00")


def turns(body: bytes, zone: str = "Europe/Berlin") -> list[tuple[str, datetime, datetime, int]]:
    return [(one.names[0], one.start, one.end, one.layer) for one in read_calendar(body, zone, START, END)]


def test_times_are_those_of_their_zone_of_the_calendar_or_of_the_schedule():
    utc_event = event("Ada", ":20260602T080000Z", ":20260602T160000Z", uid="1")
    zoned = event("Ben", ";TZID=America/New_York:20260603T080000", ";TZID=America/New_York:20260603T160000", uid="2")
    floating = event("Chi", ":20260604T080000", ":20260604T160000", uid="3")

    assert [(name, start) for name, start, _, _ in turns(calendar(utc_event, zoned, floating))] == [
        ("Ada", utc("2026-06-02T08:00")),
        ("Ben", utc("2026-06-03T12:00")),
        ("Chi", utc("2026-06-04T06:00")),
    ]
    google = calendar(utc_event, floating, head="X-WR-TIMEZONE:Asia/Tokyo")
    assert [start for _, start, _, _ in turns(google)] == [utc("2026-06-02T08:00"), utc("2026-06-03T23:00")]


def test_whole_days_end_where_the_next_begins():
    days = event("Ada", ";VALUE=DATE:20260602", ";VALUE=DATE:20260604")

    assert turns(calendar(days)) == [("Ada", utc("2026-06-01T22:00"), utc("2026-06-03T22:00"), 1)]


def test_a_series_with_a_cancelled_and_a_moved_event_is_read_as_it_is_now():
    weekly = event(
        "Ada", ":20260601T080000Z", ":20260601T160000Z", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE:20260608T080000Z"
    )
    moved = event("Ben", ":20260616T080000Z", ":20260616T160000Z", "RECURRENCE-ID:20260615T080000Z")
    gone = event("Chi", ":20260620T080000Z", ":20260620T160000Z", "STATUS:CANCELLED", uid="2")

    assert [(name, start.day) for name, start, _, _ in turns(calendar(weekly, moved, gone))] == [
        ("Ada", 1),
        ("Ben", 16),
        ("Ada", 22),
    ]


@pytest.mark.parametrize(
    ("summary", "names", "layer"),
    [
        ("Ada Lovelace", [("Ada Lovelace",)], 1),
        ("[L2] ada@example.org", [("ada@example.org",)], 2),
        ("Ada\\, Ben and Chi", [("Ada",), (" Ben ",), (" Chi",)], 1),
        (
            "On call - Ada Lovelace - Payments",
            [("On call - Ada Lovelace - Payments", "On call", "Ada Lovelace", "Payments")],
            1,
        ),
        ("On-call: @ada", [("@ada",)], 1),
        ("Ada Lovelace (primary)", [("Ada Lovelace ",)], 1),
        ("[primary] Ada", [(" Ada",)], 1),
    ],
)
def test_a_summary_names_one_person_or_several_and_their_layer(summary, names, layer):
    body = calendar(event(summary, ":20260602T080000Z", ":20260602T160000Z"))

    found = read_calendar(body, "UTC", START, END)

    assert [set(names[i]) <= set(one.names) for i, one in enumerate(found)] == [True] * len(names)
    assert {one.layer for one in found} == {layer}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><title>Sign in</title>",
        calendar(event("Ada", ":20260602T080000Z", ":20260602T160000Z"))[:-20],
        calendar(event("Ada", ":2026-06-02", ":tomorrow")),
        calendar(event("Ada", ":20260602T080000Z", ":20260602T080001Z", "RRULE:FREQ=SECONDLY")),
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_calendar_or_is_cut_off_or_never_ends_is_a_problem(body):
    with pytest.raises(FeedProblem) as found:
        read_calendar(body, "UTC", START, END)
    assert found.value.fault is Fault.NOT_READABLE


WEEKLY: dict[str, Any] = {"start": "2026-01-05 09:00", "participants": [ADA, BEN, CHI]}


@settings(max_examples=25)
@given(
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC"]),
    count=st.integers(1, 3),
    unit=st.sampled_from(["day", "week"]),
    people=st.lists(st.sampled_from([ADA, BEN, CHI]), min_size=1, max_size=3, unique=True),
    day=st.integers(0, 300),
)
def test_the_intervals_of_a_feed_equal_the_schedule_of_the_same_rules(zone, count, unit, people, day):
    first, length = (
        datetime.fromisoformat("2026-01-05 09:00"),
        count * {"day": timedelta(days=1), "week": timedelta(weeks=1)}[unit],
    )
    frequency = {"day": "DAILY", "week": "WEEKLY"}[unit]
    events = [
        event(
            person.removeprefix("mail:"),
            f";TZID={zone}:{first + n * length:%Y%m%dT%H%M%S}",
            f";TZID={zone}:{first + (n + 1) * length:%Y%m%dT%H%M%S}",
            f"RRULE:FREQ={frequency};INTERVAL={count * len(people)}",
            uid=str(n),
        )
        for n, person in enumerate(people)
    ]
    start = utc("2026-02-01T00:00") + timedelta(days=day)
    end = start + timedelta(days=20)
    rules = {"rotations": {"r": {**WEEKLY, "every": f"{count} {unit}s", "participants": people}}}

    read = read_calendar(calendar(*events), zone, start, end)

    found = [
        FeedShift(start=one.start, end=one.end, person=next(p for p in people if p.endswith(one.names[0])))
        for one in read
    ]
    fed = resolve("payments", ScheduleRules(), team="T1", zone=zone).with_feed(found)
    expected = shifts(schedule(rules, zone=zone), start, end)
    assert periods(shifts(fed, start, end)) == periods(expected)


def periods(found: Any) -> list[tuple[datetime, list[str]]]:
    """Return when each person's time begins: one shift that follows another of the same person is the same time."""
    times: list[tuple[datetime, list[str]]] = []
    for one in found:
        people = [each.person for each in one.people]
        if not times or times[-1][1] != people:
            times.append((one.start, people))
    return times


def test_a_name_that_means_two_people_or_none_finds_no_one():
    people = [
        Person(id=PersonId(f"slack:T1:U{n}"), name=name, **more)
        for n, (name, more) in enumerate([("Ada", {}), ("Ben", {}), ("ben", {}), ("Gone", {"is_active": False})])
    ]
    methods = {people[1].id: [ContactMethod(medium=Medium.EMAIL, address="ben@example.org")]}
    find = name_finder(people, methods)

    assert find((" ADA ",)) == find(("@ada",)) == find(("U0",)) == people[0].id
    assert find((" @ada",)) == people[0].id
    assert find(("Ben", "Ben@example.org")) == people[1].id
    assert find(("Ben",)) is find(("Gone",)) is find(("",)) is None
