"""An on-call schedule as a policy writes it: members as ids, times on the local clock. `schedule.py` has it resolved."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import Annotated, Final, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from roles.schedules.periods import read_period

_YEARS: Final = range(2000, 2100)
Member = Annotated[str, Field(min_length=1)]
Members = Annotated[tuple[Member, ...], Field(min_length=1)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@cache
def _zones() -> set[str]:
    return available_timezones()


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f'"{name}" is no time zone: write one such as Europe/London')
    return name


def _time_of_day(given: object) -> object:
    """Return a time of day as text; YAML takes 10:00 without quotes for a number of minutes."""
    return f"{given // 60:02}:{given % 60:02}" if isinstance(given, int) else given


def _known_time(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f'"{text}" is no time of day: write one such as "09:00"')
    return text


def _known_period(text: str) -> str:
    if read_period(text) is None:
        raise ValueError(f'"{text}" is no period: write one such as 12 hours, 1 week or 2 months')
    return text


def _local(at: datetime) -> datetime:
    if at.tzinfo is not None or at.year not in _YEARS:
        raise ValueError("must be a local time such as 2026-01-31 09:00, without Z or an offset")
    return at


def _feed_setting(name: str) -> str:
    if not re.fullmatch(r"MUSTER_FEED_[A-Z0-9_]{1,60}", name):
        raise ValueError("must be the name of a setting such as MUSTER_FEED_PAYMENTS, which holds the secret address")
    return name


FeedSetting = Annotated[str, AfterValidator(_feed_setting)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
TimeOfDay = Annotated[str, BeforeValidator(_time_of_day), AfterValidator(_known_time)]
PeriodText = Annotated[str, AfterValidator(_known_period)]
LocalTime = Annotated[datetime, AfterValidator(_local)]


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Hours(_Rules):
    """A window of a rotation: weekdays, and the clock times between which it is on call; an `end` not after `start` is next day's."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WEEKDAYS
    start: TimeOfDay
    end: TimeOfDay


class RotationChange(_Rules):
    """A new version of a rotation. Nothing before `effective` changes.

    `starts_with` is on call from then until the next hand-over, the first participant if it names no one. Hand-overs go on
    at the times of before, unless `every` or `handover` (the time of one of them) says otherwise.
    """

    effective: LocalTime
    participants: Members
    starts_with: Member | None = None
    every: PeriodText | None = None
    handover: LocalTime | None = None


class RotationRules(_Rules):
    """People who take turns, from `start` on. Without `hours` they are on call all the time; a higher `layer` goes before a lower."""

    time_zone: TimeZone | None = None
    start: LocalTime
    every: PeriodText
    participants: Members
    hours: tuple[Hours, ...] = ()
    layer: Annotated[int, Field(ge=1, le=9)] = 1
    changes: tuple[RotationChange, ...] = ()


class FixedShiftRules(_Rules):
    """People who are on call in a window, in place of everyone else."""

    start: LocalTime
    end: LocalTime
    people: Members


class ScheduleRules(_Rules):
    """A whole schedule. `people` are on call, in their order, whenever no rotation is.

    `overlap` says that several rotations of one layer may be on call together, `around_the_clock` that someone must be on call
    at every time. The `owner` may change the shifts of others and learns of gaps. A feed gives the shifts in place of rotations:
    `ical` names the setting with the address of a calendar, `pagerduty` and `jsm` a schedule there.
    """

    owner: Member | None = None
    ical: FeedSetting | None = None
    pagerduty: Member | None = None
    jsm: Member | None = None
    time_zone: TimeZone | None = None
    rotations: dict[str, RotationRules] = {}
    people: tuple[Member, ...] = ()
    fixed_shifts: tuple[FixedShiftRules, ...] = ()
    overlap: bool = False
    around_the_clock: bool = True

    @property
    def has_feed(self) -> bool:
        """True if its shifts come from a feed."""
        return bool(self.ical or self.pagerduty or self.jsm)
