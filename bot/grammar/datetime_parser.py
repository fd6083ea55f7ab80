"""Reads moments as people type them: `16:30`, `45m`, `tomorrow 09:00`, `8 Feb`, ISO. Knows no clock; now is handed in.

A clock time is in the person's zone. It means the next such time, or the latest one when the field lies in the past.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

MOST_WORDS: Final = 4
_END_OF_WORK: Final = time(17)
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPAN: Final = re.compile(
    r"(?:in )?(?:(\d{1,2}) ?d(?:ays?)?)? ?(?:(\d{1,3}) ?h(?:ours?|rs?)?)? ?(?:(\d{1,4}) ?m(?:in(?:ute)?s?)?)?(?: ago)?"
)
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?(am|pm))?|(\d{1,2}) ?(am|pm)")
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DAY_MONTH: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})(?: (\d{4}))?")
_DAY_NAMES: Final = re.compile(
    r"mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
)
_MONTH_DAY: Final = re.compile(r"([a-z]{3,9}) (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?")


class _Typed(NamedTuple):
    """What was typed: a day or none, a time of day or none, and whose zone it is in."""

    day: date | None
    clock: time | None
    zone: tzinfo


def zone_of(name: str) -> tzinfo:
    """Give the zone of that name, or UTC for a name that no zone has."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return UTC


def parse_datetime(text: str, *, at: datetime, zone: str, past: bool = False) -> datetime | None:
    """Read a moment as aware UTC, or None when the text is none."""
    said = " ".join(text.strip().split())
    try:
        return _iso(said, zone) or _span(said.lower(), at, past) or _typed(said.lower(), at, zone, past)
    except (ValueError, OverflowError):
        return None


def parse_minutes(text: str) -> int | None:
    """Read a length of time as whole minutes: `45`, `45m`, `1h30m`, `2 hours`; None when it is none."""
    said = " ".join(text.strip().lower().split())
    if said.isascii() and said.isdigit() and len(said) <= 5:
        return int(said) or None
    length = _length(said)
    return int(length.total_seconds() // 60) or None if length else None


def _length(said: str) -> timedelta | None:
    found = _SPAN.fullmatch(said)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes = (int(part) if part else 0 for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _span(said: str, at: datetime, past: bool) -> datetime | None:
    length = _length(said)
    if length is None:
        return None
    return at - length if past or said.endswith("ago") else at + length


def _iso(said: str, zone: str) -> datetime | None:
    if "T" not in said and "t" not in said:
        return None
    try:
        read = datetime.fromisoformat(said.upper())
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=zone_of(zone))).astimezone(UTC)


def _typed(said: str, at: datetime, zone: str, past: bool) -> datetime | None:
    words = said.removesuffix("z").rstrip() if re.search(r"\d ?z$", said) else said.removesuffix(" utc")
    local = UTC if words != said else zone_of(zone)
    typed = _parts(words, at.astimezone(local), local, past)
    return _place(typed, at.astimezone(local), past) if typed else None


def _parts(said: str, now: datetime, zone: tzinfo, past: bool) -> _Typed | None:
    """Part what was typed into a day and a time of day, in either order; None when anything else is in it."""
    words = said.replace(",", " ").split()
    for cut in range(len(words) + 1):
        first, second = " ".join(words[:cut]), " ".join(words[cut:]).removeprefix("at ")
        day, clock = _day(first, now, past), _clock(second)
        if (day or not first) and (clock or not second) and (first or second):
            return _Typed(day, clock, zone)
        clock, day = _clock(first), _day(second, now, past)
        if first and second and day and clock:
            return _Typed(day, clock, zone)
    return None


def _clock(said: str) -> time | None:
    found = _CLOCK.fullmatch(said)
    if found is None:
        return None
    hour, minute, second, half, bare, bare_half = found.groups()
    hours, half = int(hour or bare), half or bare_half
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "pm" else 0)
    return time(hours, int(minute or 0), int(second or 0))


def _day(said: str, now: datetime, past: bool) -> date | None:
    near = {"today": 0, "tomorrow": 1, "yesterday": -1}
    if said in near:
        return now.date() + timedelta(days=near[said])
    if said[:3] in _DAYS and _DAY_NAMES.fullmatch(said):
        ahead = (_DAYS.index(said[:3]) - now.weekday()) % 7
        return now.date() + timedelta(days=ahead - 7 if past and ahead else ahead)
    if found := _ISO_DAY.fullmatch(said):
        return date(*map(int, found.groups()))
    if found := _DAY_MONTH.fullmatch(said):
        return _in_year(found[2], int(found[1]), found[3], now)
    if found := _MONTH_DAY.fullmatch(said):
        return _in_year(found[1], int(found[2]), found[3], now)
    return None


def _in_year(month: str, day: int, year: str | None, now: datetime) -> date | None:
    """Give the day in the year that is named, or in the year that brings it nearest to today."""
    if month[:3] not in _MONTHS:
        return None
    number = _MONTHS.index(month[:3]) + 1
    if year is not None:
        return date(int(year), number, day)
    near = [
        date(candidate, number, day)
        for candidate in (now.year - 1, now.year, now.year + 1)
        if day <= 28 or _exists(candidate, number, day)
    ]
    return min(near, key=lambda one: abs(one - now.date()), default=None)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False


def _place(typed: _Typed, now: datetime, past: bool) -> datetime:
    """Give the moment meant; a clock time alone is the next one, or the latest one when it lies in the past."""
    clock = typed.clock or (time() if past or typed.day is None else _END_OF_WORK)
    near = [now.date() + timedelta(days=away) for away in (-1, 0, 1)]
    found = sorted({one for day in ([typed.day] if typed.day else near) for one in _moments(day, clock, typed, past)})
    told = now.astimezone(UTC)
    meant = [one for one in found if (one <= told if past else one > told)]
    return (meant or found)[-1 if past and meant else 0]


def _moments(day: date, clock: time, typed: _Typed, past: bool) -> tuple[datetime, ...]:
    """Give the moments at which clocks show that time: two on the night they go back.

    Clocks that go forward skip times. A skipped time is read by the offset before; in the past, also by the one after.
    """
    wall = datetime.combine(day, clock, typed.zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    return (first, second) if past or second > first else (first,)
