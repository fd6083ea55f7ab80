"""Who is on call by a schedule at a moment, in the order in which they are asked, each with the reason.

The highest layer that has a person answers; people without a rotation answer where no layer does. A fixed shift replaces
them all, and overrides come on top.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from roles.person_ids import PersonId
from roles.schedules.rotation_turns import is_within_hours, turn_at
from roles.schedules.schedule import Override, Rotation, Schedule


class Via(StrEnum):
    """By what a person is on call."""

    LIST = "list"
    ROTATION = "rotation"
    FEED = "feed"
    FIXED_SHIFT = "fixed_shift"
    OVERRIDE = "override"
    COVER = "cover"
    TAKE = "take"
    SWAP = "swap"


@dataclass(frozen=True)
class Reason:
    """Why a person is on call: the rotation, with its week if it changes weekly; or the entry of an override, and who made it."""

    via: Via
    rotation: str = ""
    week: int | None = None
    entry: int | None = None
    by: PersonId | None = None
    instead_of: PersonId | None = None


@dataclass(frozen=True)
class OnCall:
    """A person who is on call, and why."""

    person: PersonId
    reason: Reason


def who(schedule: Schedule, at: datetime) -> tuple[OnCall, ...]:
    """Return who is on call at a moment, the first asked first, each once; no one in a gap."""
    found = tuple(_fixed(schedule, at)) or _fed(schedule, at) or _by_layer(schedule.rotations, at) or _listed(schedule)
    for override in schedule.overrides:
        if override.start <= at < override.end:
            found = _changed(found, override)
    return _each_once(found)


def _fixed(schedule: Schedule, at: datetime) -> Iterator[OnCall]:
    for shift in schedule.fixed_shifts:
        if shift.start <= at < shift.end:
            yield from (OnCall(person, Reason(Via.FIXED_SHIFT)) for person in shift.people)


def _fed(schedule: Schedule, at: datetime) -> tuple[OnCall, ...]:
    present = [turn for turn in schedule.feed if turn.start <= at < turn.end]
    highest = max((turn.layer for turn in present), default=None)
    return tuple(OnCall(turn.person, Reason(Via.FEED)) for turn in present if turn.layer == highest)


def _by_layer(rotations: Iterable[Rotation], at: datetime) -> tuple[OnCall, ...]:
    present = [(rotation, turn_at(rotation, at)) for rotation in rotations if is_within_hours(rotation, at)]
    highest = max((rotation.layer for rotation, turn in present if turn), default=None)
    return tuple(
        OnCall(turn.person, Reason(Via.ROTATION, rotation.name, turn.week))
        for rotation, turn in present
        if turn and rotation.layer == highest
    )


def _listed(schedule: Schedule) -> tuple[OnCall, ...]:
    return tuple(OnCall(person, Reason(Via.LIST)) for person in schedule.people)


def _changed(found: tuple[OnCall, ...], override: Override) -> tuple[OnCall, ...]:
    """Return the people after an override. One who replaces another comes in the other's place, if the other is on call."""
    reason = Reason(Via(override.how), entry=override.entry, by=override.by, instead_of=override.remove)
    added = (OnCall(override.add, reason),) if override.add else ()
    if override.remove is None:
        return (*found, *added)
    return tuple(new for one in found for new in (added if one.person == override.remove else (one,)))


def _each_once(found: Iterable[OnCall]) -> tuple[OnCall, ...]:
    first: dict[PersonId, OnCall] = {}
    for one in found:
        first.setdefault(one.person, one)
    return tuple(first.values())
