"""A rotation's turns are what a calendar with the same rule says, computed by another library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import recurring_ical_events

from roles.schedules.people_on_call import who
from roles.schedules.shifts import shifts
from tests.support.calendars import calendar, event
from tests.support.schedules import ADA, BEN, CHI, schedule

PEOPLE = (ADA, BEN, CHI)
UNITS = {"day": timedelta(days=1), "week": timedelta(weeks=1)}


def repeated(summary: str, zone: str, start: datetime, end: datetime, rule: str) -> str:
    times = (f";TZID={zone}:{at:%Y%m%dT%H%M%S}" for at in (start, end))
    return event(summary, *times, f"RRULE:{rule}", uid=summary)


def feed(events: list[str]) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(calendar(*events))


def events_between(
    calendar: icalendar.Calendar, start: datetime, end: datetime
) -> list[tuple[datetime, datetime, str]]:
    """Return the parts of events that lie between two moments, oldest first."""
    found = recurring_ical_events.of(calendar).between(start, end)
    times = [
        (max(one.start.astimezone(UTC), start), min(one.end.astimezone(UTC), end), str(one["SUMMARY"])) for one in found
    ]
    return sorted(one for one in times if one[0] < one[1])


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"])
@pytest.mark.parametrize(("count", "unit"), [(1, "day"), (3, "day"), (1, "week"), (2, "week")])
def test_turns_are_the_events_of_a_calendar_over_a_year_of_clock_changes(zone: str, count: int, unit: str) -> None:
    first, length = datetime.fromisoformat("2026-01-05 09:00"), count * UNITS[unit]
    freq = {"day": "DAILY", "week": "WEEKLY"}[unit]
    rule = f"FREQ={freq};INTERVAL={count * len(PEOPLE)}"
    events = [
        repeated(person, zone, first + n * length, first + (n + 1) * length, rule) for n, person in enumerate(PEOPLE)
    ]
    turns = {"start": f"{first:%Y-%m-%d %H:%M}", "every": f"{count} {unit}s", "participants": PEOPLE}
    start, end = datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 12, 20, tzinfo=UTC)

    found = shifts(schedule({"rotations": {"r": turns}}, zone=zone), start, end)

    listed = events_between(feed(events), start, end)
    assert [(one.start, one.end, one.people[0].person) for one in found] == listed


@pytest.mark.parametrize("zone", ["Europe/London", "America/Chicago"])
def test_hours_on_weekdays_over_midnight_are_the_events_of_a_calendar(zone: str) -> None:
    start, end = (datetime.fromisoformat(at) for at in ("2026-01-05 18:00", "2026-01-06 08:00"))
    night = repeated(ADA, zone, start, end, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
    hours = {"days": ["mon", "tue", "wed", "thu", "fri"], "start": "18:00", "end": "08:00"}
    turns = {"start": "2026-01-05 00:00", "every": "1 month", "participants": [ADA], "hours": [hours]}
    of = schedule({"rotations": {"nights": turns}}, zone=zone)
    start, end = datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 12, 20, tzinfo=UTC)

    listed = events_between(feed([night]), start, end)

    assert [(one.start, one.end, ADA) for one in shifts(of, start, end) if one.people] == listed
    assert len(listed) > 230
    assert who(of, listed[0][0])[0].person == ADA
