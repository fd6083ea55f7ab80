"""The arithmetic of regulatory clocks: when a report is due, counted from a moment. Pure; knows no incident."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from incident.outside.regimes import BusinessCalendar, Length

_SATURDAY: Final = 5
_END_OF_DAY: Final = time(23, 59, 59)
_DAY: Final = timedelta(days=1)


class CalendarEndsError(ValueError):
    """The calendar that a clock counts by ends before the clock does, or is not there."""


def due_at(
    length: Length,
    trigger_at: datetime,
    calendars: Mapping[str, BusinessCalendar],
    *,
    capped_from: datetime | None = None,
) -> datetime:
    """Return when a clock that starts at a moment (UTC) is due (UTC). Raises CalendarEndsError.

    `capped_from` is the moment of the determination that caps it. A cap that has passed when the clock starts caps nothing.
    """
    due = _uncapped(length, trigger_at, calendars)
    if length.cap is None or capped_from is None:
        return due
    limit = capped_from + timedelta(hours=length.cap.hours)
    return due if trigger_at > limit else min(due, limit)


def internal_due_at(trigger_at: datetime, due: datetime, share: int, most_hours: int = 12) -> datetime:
    """Return our own earlier due time: after `share` percent of the time, at most `most_hours` before the legal one."""
    whole = max(due - trigger_at, timedelta())
    return max(trigger_at + whole * share / 100, due - timedelta(hours=most_hours))


def after_weekend(due: datetime, zone: str) -> datetime:
    """Return a due time on a Saturday or Sunday of a zone as noon of the next working day there, any other as it is."""
    local = due.astimezone(ZoneInfo(zone))
    if local.weekday() < _SATURDAY:
        return due
    monday = local.date() + _DAY * (7 - local.weekday())
    return _instant(monday, time(12), zone)


def _uncapped(length: Length, at: datetime, calendars: Mapping[str, BusinessCalendar]) -> datetime:
    if length.hours is not None:
        return at + timedelta(hours=length.hours)
    if length.months is not None:
        return _months_later(at.astimezone(UTC), length.months)
    day = at.astimezone(ZoneInfo(length.zone)).date()
    if length.days is not None:
        last = day + length.days * _DAY
    else:
        last = _business_day(day, length.business_days or 0, _calendar(length, calendars))
    cutoff = time.fromisoformat(length.cutoff) if length.cutoff else _END_OF_DAY
    return _instant(last, cutoff, length.zone)


def _months_later(at: datetime, months: int) -> datetime:
    """Return the same date that many months later, or the last day of a month that is too short."""
    whole = at.month - 1 + months
    year, month = at.year + whole // 12, whole % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def _business_day(day: date, count: int, calendar: BusinessCalendar) -> date:
    """Return business day `count` after a day. A closed day counts as the next open one, which then is day 1."""
    if not _is_open(day, calendar):
        day, count = _next_open(day, calendar), count - 1
    for _ in range(count):
        day = _next_open(day, calendar)
    return day


def _next_open(day: date, calendar: BusinessCalendar) -> date:
    day += _DAY
    while not _is_open(day, calendar):
        day += _DAY
    return day


def _is_open(day: date, calendar: BusinessCalendar) -> bool:
    if not calendar.first <= day <= calendar.last:
        raise CalendarEndsError(f"the calendar covers {calendar.first} to {calendar.last}, and {day} lies outside")
    return day.weekday() < _SATURDAY and day not in calendar.closed


def _calendar(length: Length, calendars: Mapping[str, BusinessCalendar]) -> BusinessCalendar:
    found = calendars.get(length.calendar or "")
    if found is None:
        raise CalendarEndsError(f"there is no calendar {length.calendar}")
    return found


def _instant(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
