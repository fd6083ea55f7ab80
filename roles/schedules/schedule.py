"""An on-call schedule, resolved: people as ids, rotations with their versions, overrides. Knows no file and no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Literal

from roles.person_ids import PersonId, person_named
from roles.schedules.feed_copy import FeedShift
from roles.schedules.local_time import moment_of
from roles.schedules.periods import Period, read_period
from roles.schedules.schedule_rules import (
    WEEKDAYS,
    FixedShiftRules,
    Hours,
    RotationChange,
    RotationRules,
    ScheduleRules,
)


@dataclass(frozen=True)
class Override:
    """A change of one schedule from `start` to `end` (UTC), recorded as entry `entry`.

    With `remove` and `add`, one takes the place of the other while the other is on call; with one of them alone, a person is
    added or taken out. A cover and a take are one such change each, a swap is two.
    """

    schedule: str
    start: datetime
    end: datetime
    add: PersonId | None = None
    remove: PersonId | None = None
    entry: int = 0
    by: PersonId | None = None
    how: Literal["override", "cover", "take", "swap"] = "override"


@dataclass(frozen=True)
class Version:
    """The order of a rotation's people from a moment on: who starts, and hand-overs every period from a local time on."""

    start: datetime
    handover: datetime
    period: Period
    participants: tuple[PersonId, ...]
    first: int


@dataclass(frozen=True)
class DailyWindow:
    """Clock times on some weekdays (0 is Monday) between which a rotation is on call."""

    days: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True)
class Rotation:
    """People who take turns on the clock of a zone; the versions are in the order of their start."""

    name: str
    zone: str
    layer: int
    windows: tuple[DailyWindow, ...]
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class FixedShift:
    """People who are on call from `start` to `end` (UTC), in place of everyone else."""

    start: datetime
    end: datetime
    people: tuple[PersonId, ...]


@dataclass(frozen=True)
class Schedule:
    """A schedule: its rotations or the shifts of its feed, the people for when these have no one, fixed shifts and overrides."""

    name: str
    rotations: tuple[Rotation, ...] = ()
    people: tuple[PersonId, ...] = ()
    fixed_shifts: tuple[FixedShift, ...] = ()
    overrides: tuple[Override, ...] = ()
    feed: tuple[FeedShift, ...] = ()

    @property
    def everyone(self) -> frozenset[PersonId]:
        """The people who may ever be on call by it."""
        found = {person for one in self.rotations for version in one.versions for person in version.participants}
        found |= {person for shift in self.fixed_shifts for person in shift.people}
        found |= {turn.person for turn in self.feed}
        return frozenset({*found, *self.people, *(one.add for one in self.overrides if one.add)})

    def with_feed(self, found: Iterable[FeedShift]) -> Schedule:
        """Return the schedule with the shifts of its feed."""
        return replace(self, feed=tuple(found))

    def with_overrides(self, overrides: Iterable[Override]) -> Schedule:
        """Return the schedule with those overrides that are of it, in the order of their entries."""
        own = sorted((one for one in overrides if one.schedule == self.name), key=lambda one: one.entry)
        return replace(self, overrides=tuple(own))


def resolve(name: str, rules: ScheduleRules, *, team: str, zone: str) -> Schedule:
    """Return the schedule of a policy for a workspace. `zone` holds where the schedule and its rotation name none."""
    there = rules.time_zone or zone
    return Schedule(
        name=name,
        rotations=tuple(_rotation(key, one, team, one.time_zone or there) for key, one in rules.rotations.items()),
        people=_people(team, rules.people),
        fixed_shifts=tuple(_fixed_shift(one, team, there) for one in rules.fixed_shifts),
    )


def _people(team: str, members: Sequence[str]) -> tuple[PersonId, ...]:
    """Return the people among members, each once: a page goes to a person, not to a crowd."""
    named = (person_named(team, member) for member in members)
    return tuple(dict.fromkeys(person for person in named if person is not None))


def _fixed_shift(rules: FixedShiftRules, team: str, zone: str) -> FixedShift:
    return FixedShift(moment_of(rules.start, zone), moment_of(rules.end, zone), _people(team, rules.people))


def _window(hours: Hours) -> DailyWindow:
    days = frozenset(WEEKDAYS.index(day) for day in hours.days)
    return DailyWindow(days, time.fromisoformat(hours.start), time.fromisoformat(hours.end))


def _rotation(name: str, rules: RotationRules, team: str, zone: str) -> Rotation:
    period, handover = _period(rules.every), rules.start
    versions = []
    for change in (RotationChange(effective=rules.start, participants=rules.participants), *rules.changes):
        period = _period(change.every) if change.every else period
        handover = change.handover or handover
        versions.append(_version(change, handover, period, team, zone))
    windows = tuple(_window(one) for one in rules.hours)
    return Rotation(name, zone, rules.layer, windows, tuple(sorted(versions, key=lambda one: one.start)))


def _version(change: RotationChange, handover: datetime, period: Period, team: str, zone: str) -> Version:
    members = change.participants
    people = tuple(PersonId(person_named(team, member) or member) for member in members)
    first = members.index(change.starts_with) if change.starts_with in members else 0
    return Version(moment_of(change.effective, zone), handover, period, people, first)


def _period(text: str) -> Period:
    found = read_period(text)
    if found is None:
        raise ValueError(f"no period: {text}")
    return found
