"""The turns of a rotation: whose turn it is at a moment, and when the next begins. Knows its hours, and no other rotation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from roles.person_ids import PersonId
from roles.schedules.local_time import local_time, moment_of
from roles.schedules.periods import Period
from roles.schedules.schedule import DailyWindow, Rotation, Version

_DAY: Final = timedelta(days=1)
_WEEKLY: Final = Period(1, "week")


class Turn(NamedTuple):
    """A person's turn (UTC); `week` is the ISO week in which it starts, of a rotation that changes weekly."""

    person: PersonId
    start: datetime
    end: datetime | None
    week: int | None


def turn_at(rotation: Rotation, at: datetime) -> Turn | None:
    """Return whose turn it is at a moment, also outside the rotation's hours; None before it starts."""
    number = sum(version.start <= at for version in rotation.versions)
    if not number:
        return None
    version, following = rotation.versions[number - 1], rotation.versions[number:]
    index = _index(version, rotation.zone, at)
    steps = index - _index(version, rotation.zone, version.start) + version.first
    handover, next_one = (version.period.handover(version.handover, one) for one in (index, index + 1))
    end = moment_of(next_one, rotation.zone)
    return Turn(
        person=version.participants[steps % len(version.participants)],
        start=max(moment_of(handover, rotation.zone), version.start),
        end=min(end, following[0].start) if following else end,
        week=handover.isocalendar().week if version.period == _WEEKLY else None,
    )


def is_within_hours(rotation: Rotation, at: datetime) -> bool:
    """True if the rotation is on call at a moment: within one of its windows, or always when it has none."""
    today = local_time(at, rotation.zone).date()
    periods = (_period(one, today - back * _DAY, rotation.zone) for one in rotation.windows for back in range(3))
    return not rotation.windows or any(start <= at < end for start, end in filter(None, periods))


def changes(rotation: Rotation, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the moments after `start` and before `end` at which the rotation may change, in no order."""
    yield from _handovers(rotation, start, end)
    day, last = local_time(start, rotation.zone).date() - 2 * _DAY, local_time(end, rotation.zone).date()
    while rotation.windows and day <= last:
        periods = (_period(window, day, rotation.zone) for window in rotation.windows)
        yield from (at for period in periods if period for at in period if start < at < end)
        day += _DAY


def _handovers(rotation: Rotation, start: datetime, end: datetime) -> Iterator[datetime]:
    first = rotation.versions[0].start
    at: datetime | None = first if start < first else _end(rotation, start)
    while at is not None and at < end:
        yield at
        at = _end(rotation, at)


def _end(rotation: Rotation, at: datetime) -> datetime | None:
    turn = turn_at(rotation, at)
    return turn.end if turn else None


def _index(version: Version, zone: str, at: datetime) -> int:
    """Return the number of the latest hand-over that is not after a moment."""
    index = version.period.estimate(version.handover, local_time(at, zone))
    while moment_of(version.period.handover(version.handover, index + 1), zone) <= at:
        index += 1
    while moment_of(version.period.handover(version.handover, index), zone) > at:
        index -= 1
    return index


def _period(window: DailyWindow, day: date, zone: str) -> tuple[datetime, datetime] | None:
    """Return a window's period (UTC) that starts on a day, or None for a day without it."""
    if day.weekday() not in window.days:
        return None
    last = day if window.start < window.end else day + _DAY
    return moment_of(datetime.combine(day, window.start), zone), moment_of(datetime.combine(last, window.end), zone)
