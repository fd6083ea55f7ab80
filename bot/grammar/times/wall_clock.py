"""Turns a day and a clock time into the moment that is meant, and says where that is not certain.

Clocks that go back show times twice, clocks that go forward skip some; a clock time alone may be today's or another day's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from bot.grammar.times.time_elements import Elements
from bot.grammar.times.time_zones import zone_of

_END_OF_WORK: Final = time(17)
# A clock time of another day that is nearer than this needs no question: 23:57 at five past midnight.
_NEAR: Final = timedelta(hours=6)


def resolve(found: Elements, at: datetime, zone: str, *, past: bool) -> tuple[datetime, str]:
    """Return the moment (UTC) that is meant, and a doubt (a key of the sentences) or ''.

    It is the first after `at`, or the latest before it with `past`, if there is one.
    """
    local = found.zone or zone_of(zone)
    now = at.astimezone(local)
    clock = found.clock or (time() if past else _END_OF_WORK)
    around = [now.date() + timedelta(days=offset) for offset in (-1, 0, 1)]
    days = [found.day] if found.day else around
    candidates = sorted({one for day in days for one in _instants(day, clock, local, past=past)})
    meant = [one for one in candidates if (one <= at if past else one > at)]
    moment = (meant or candidates)[-1 if past and meant else 0]
    return moment, _doubt(moment, found, now, meant, local, past=past)


def on_nearest_day(found: Elements, near: datetime, zone: str) -> Elements:
    """Return a clock time without a day on the day that makes it nearest to a moment (UTC); anything else as it is."""
    if found.day is not None or found.clock is None:
        return found
    local, clock = found.zone or zone_of(zone), found.clock
    wall = near.astimezone(local).replace(tzinfo=None)
    days = [wall.date() + timedelta(days=offset) for offset in (-1, 0, 1)]
    return replace(found, day=min(days, key=lambda day: abs(datetime.combine(day, clock) - wall)))


def _doubt(
    moment: datetime, found: Elements, now: datetime, meant: list[datetime], local: tzinfo, *, past: bool
) -> str:
    wall = moment.astimezone(local)
    clock = found.clock
    if clock is not None and wall.replace(tzinfo=None).time() != clock:
        return "skipped_time"
    again = moment + timedelta(hours=-1 if past else 1)
    if clock is not None and again in meant and again.astimezone(local).time() == clock:
        return "time_twice"
    if clock is not None and found.zone_place is not None and not found.zone_place(wall.replace(tzinfo=None)):
        return "zone_season"
    if found.day is None and wall.date() != now.date() and abs(moment - now) > _NEAR:
        return "other_day"
    if found.is_weekday and clock is not None and (moment > now if past else moment <= now):
        return "other_day"
    return ""


def _instants(day: date, clock: time, zone: tzinfo, *, past: bool) -> tuple[datetime, ...]:
    """Return the instants (UTC) at which clocks show that time: two on the night on which they go back.

    Clocks that go forward skip times. A skipped time has the offset from before; in the past, also the one from after.
    """
    wall = datetime.combine(day, clock, zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    return (first, second) if past or second > first else (first,)
