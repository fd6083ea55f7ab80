"""The shifts of a schedule between two moments, its gaps, and the next hand-over. `people_on_call.py` says who has each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from roles.person_ids import PersonId
from roles.schedules.people_on_call import OnCall, who
from roles.schedules.rotation_turns import changes
from roles.schedules.schedule import Schedule

_STEP: Final = timedelta(days=10)
# How far a hand-over is looked for; longer shifts have no known end.
HORIZON: Final = timedelta(days=100)


@dataclass(frozen=True)
class Shift:
    """A period (UTC) in which the same people are on call for the same reasons; no one in a gap."""

    start: datetime
    end: datetime
    people: tuple[OnCall, ...]


def shifts(schedule: Schedule, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """Return the shifts from `start` to `end`, which cover all of that time, gaps included."""
    found: list[Shift] = []
    for since, until in pairwise(sorted({start, end, *_changes(schedule, start, end)})):
        people = who(schedule, since)
        if found and found[-1].people == people:
            found[-1] = replace(found[-1], end=until)
        else:
            found.append(Shift(since, until, people))
    return tuple(found)


def gaps(schedule: Schedule, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """Return the periods from `start` to `end` in which no one is on call."""
    return tuple(shift for shift in shifts(schedule, start, end) if not shift.people)


def next_handover(schedule: Schedule, at: datetime) -> Shift | None:
    """Return the first shift after a moment with other people than then, up to its own next change; None within `HORIZON`."""
    now = _people(who(schedule, at))
    return next((shift for shift in _shifts_after(schedule, at) if _people(shift.people) != now), None)


def shifts_of(schedule: Schedule, person: PersonId, at: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """Yield the periods in which a person is on call, the one of `at` first; one that lasts beyond `HORIZON` has no end."""
    since: datetime | None = None
    for shift in _shifts_after(schedule, at):
        if person in _people(shift.people):
            since = since or shift.start
        elif since:
            yield since, shift.start
            since = None
    if since:
        yield since, None


def _shifts_after(schedule: Schedule, at: datetime) -> Iterator[Shift]:
    """Yield shifts from a moment on, step by step, so that a near answer needs no far look."""
    since = at
    while since < at + HORIZON:
        yield from shifts(schedule, since, since + _STEP)
        since += _STEP


def _changes(schedule: Schedule, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield every moment after `start` and before `end` at which the answer may change."""
    for rotation in schedule.rotations:
        yield from changes(rotation, start, end)
    windows = [(one.start, one.end) for one in schedule.fixed_shifts]
    windows += [(one.start, one.end) for one in schedule.overrides]
    windows += [(one.start, one.end) for one in schedule.feed]
    yield from (at for window in windows for at in window if start < at < end)


def _people(found: tuple[OnCall, ...]) -> tuple[PersonId, ...]:
    return tuple(one.person for one in found)
