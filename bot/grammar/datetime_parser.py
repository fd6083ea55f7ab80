"""Parses times and lengths of time as people type them. Knows no clock: the present is an argument, in UTC.

| form | examples | means |
|---|---|---|
| clock time | `16:30`, `4:30pm`, `9am`, `17:42:05` | the next such time; with `past`, the latest |
| day | `today`, `tomorrow`, `friday`, `2026-06-11`, `11 June`, `June 11th 2026` | 17:00 of it; with `past`, 00:00 |
| day and clock time | `tomorrow 09:00`, `11 June 9am`, `17:00 fri`, `8 Feb at 14:00` | that time on that day |
| length of time | `45m`, `1h30m`, `2 hours`, `in 3 days`, `20m ago` | from now; with `past` or `ago`, before now |
| ISO 8601 | `2026-06-09T18:00`, `2026-06-09T18:00Z`, `2026-06-09T18:00+02:00` | that time |

Times are in the author's time zone, in UTC after `UTC` or `Z` (`16:30 UTC`, `16:30Z`). A day of the week is today or the
next one; with `past`, today or the latest one. A date without a year is in the year that makes it nearest to today. On
the nights on which clocks change, the candidates are compared in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

MOST_WORDS: Final = 4
_END_OF_WORK: Final = time(17)
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DURATION: Final = re.compile(
    r"(?:in )?(?:(\d{1,2}) ?d(?:ays?)?)? ?(?:(\d{1,3}) ?h(?:ours?|rs?)?)? ?(?:(\d{1,4}) ?m(?:in(?:ute)?s?)?)?(?: ago)?"
)
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?(am|pm))?|(\d{1,2}) ?(am|pm)")
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DAY_MONTH: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})(?: (\d{4}))?")
_MONTH_DAY: Final = re.compile(r"([a-z]{3,9}) (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?")
_WEEKDAY: Final = re.compile(
    r"mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
)


class _DayAndClock(NamedTuple):
    """A day, a clock time or both, and the time zone they are in."""

    day: date | None
    clock: time | None
    zone: tzinfo


def zone_of(name: str) -> tzinfo:
    """Return the time zone of that name, or UTC if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return UTC


def parse_datetime(text: str, *, at: datetime, zone: str, past: bool = False) -> datetime | None:
    """Parse a time as aware UTC, or None if the text is none. `past`: the time lies before `at`, the present."""
    text = " ".join(text.strip().split())
    try:
        return _iso(text, zone) or _relative(text.lower(), at, past) or _absolute(text.lower(), at, zone, past)
    except (ValueError, OverflowError):
        return None


def parse_minutes(text: str) -> int | None:
    """Parse a length of time as whole minutes: `45`, `45m`, `1h30m`, `2 hours`; None if it is none or zero."""
    text = " ".join(text.strip().lower().split())
    if text.isascii() and text.isdigit() and len(text) <= 5:
        return int(text) or None
    duration = _duration(text)
    return int(duration.total_seconds() // 60) or None if duration else None


def _duration(text: str) -> timedelta | None:
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes = (int(part) if part else 0 for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _relative(text: str, at: datetime, past: bool) -> datetime | None:
    duration = _duration(text)
    if duration is None:
        return None
    return at - duration if past or text.endswith("ago") else at + duration


def _iso(text: str, zone: str) -> datetime | None:
    if "T" not in text and "t" not in text:
        return None
    try:
        parsed = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone_of(zone))).astimezone(UTC)


def _absolute(text: str, at: datetime, zone: str, past: bool) -> datetime | None:
    without_utc = text.removesuffix("z").rstrip() if re.search(r"\d ?z$", text) else text.removesuffix(" utc")
    local = UTC if without_utc != text else zone_of(zone)
    found = _day_and_clock(without_utc, at.astimezone(local), local, past)
    return _resolve(found, at.astimezone(local), past) if found else None


def _day_and_clock(text: str, now: datetime, zone: tzinfo, past: bool) -> _DayAndClock | None:
    """Split a text into a day and a clock time, in either order; None if it holds anything else."""
    words = text.replace(",", " ").split()
    for cut in range(len(words) + 1):
        first, second = " ".join(words[:cut]), " ".join(words[cut:]).removeprefix("at ")
        day, clock = _day(first, now, past), _clock(second)
        if (day or not first) and (clock or not second) and (first or second):
            return _DayAndClock(day, clock, zone)
        clock, day = _clock(first), _day(second, now, past)
        if first and second and day and clock:
            return _DayAndClock(day, clock, zone)
    return None


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute, second, half, lone_hour, lone_half = found.groups()
    hours, half = int(hour or lone_hour), half or lone_half
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "pm" else 0)
    return time(hours, int(minute or 0), int(second or 0))


def _day(text: str, now: datetime, past: bool) -> date | None:
    relative = {"today": 0, "tomorrow": 1, "yesterday": -1}
    if text in relative:
        return now.date() + timedelta(days=relative[text])
    if text[:3] in _WEEKDAYS and _WEEKDAY.fullmatch(text):
        ahead = (_WEEKDAYS.index(text[:3]) - now.weekday()) % 7
        return now.date() + timedelta(days=ahead - 7 if past and ahead else ahead)
    if found := _ISO_DATE.fullmatch(text):
        return date(*map(int, found.groups()))
    if found := _DAY_MONTH.fullmatch(text):
        return _date(found[2], int(found[1]), found[3], now)
    if found := _MONTH_DAY.fullmatch(text):
        return _date(found[1], int(found[2]), found[3], now)
    return None


def _date(month: str, day: int, year: str | None, now: datetime) -> date | None:
    """Return the date in the year that is named, or in the year that makes it nearest to today."""
    if month[:3] not in _MONTHS:
        return None
    number = _MONTHS.index(month[:3]) + 1
    if year is not None:
        return date(int(year), number, day)
    candidates = [
        date(candidate, number, day)
        for candidate in (now.year - 1, now.year, now.year + 1)
        if day <= 28 or _exists(candidate, number, day)
    ]
    return min(candidates, key=lambda one: abs(one - now.date()), default=None)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False


def _resolve(found: _DayAndClock, now: datetime, past: bool) -> datetime:
    """Return the time that is meant: the first after now, or the latest before it with `past`, if there is one."""
    clock = found.clock or (time() if past or found.day is None else _END_OF_WORK)
    around = [now.date() + timedelta(days=offset) for offset in (-1, 0, 1)]
    days = [found.day] if found.day else around
    candidates = sorted({one for day in days for one in _instants(day, clock, found.zone, past)})
    present = now.astimezone(UTC)
    meant = [one for one in candidates if (one <= present if past else one > present)]
    return (meant or candidates)[-1 if past and meant else 0]


def _instants(day: date, clock: time, zone: tzinfo, past: bool) -> tuple[datetime, ...]:
    """Return the instants (UTC) at which clocks show that time: two on the night on which they go back.

    Clocks that go forward skip times. A skipped time has the offset from before; in the past, also the one from after.
    """
    wall = datetime.combine(day, clock, zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    return (first, second) if past or second > first else (first,)
