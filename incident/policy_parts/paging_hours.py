"""When an organisation works, and which priorities page who is on call then and at other times. Values only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, model_validator

from incident.frozen import Frozen
from incident.states import Priority
from roles.schedules.schedule_rules import WEEKDAYS, TimeOfDay, TimeZone, Weekday


class BusinessHours(Frozen):
    """The weekdays and clock times at which the organisation works, and the dates on which it is closed besides.

    Without a `time_zone` they are on the clock of the policy. The public holidays of `calendar`, as in `DE-BE`, are no part of the
    policy's text: who reads it adds them.
    """

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WEEKDAYS[:5]
    start: TimeOfDay = "09:00"
    end: TimeOfDay = "17:00"
    holidays: tuple[date, ...] = ()
    calendar: Annotated[str | None, Field(pattern=r"^[A-Z]{2}(-[A-Za-z0-9]{1,12})?$")] = None
    time_zone: TimeZone | None = None
    _public: frozenset[date] = PrivateAttr(frozenset())
    _public_until: date | None = PrivateAttr(None)

    def with_public_holidays(self, days: Iterable[date], until: date) -> Self:
        """Return the hours with the public holidays of their calendar, which are known until a day."""
        copy = self.model_copy()
        copy._public, copy._public_until = frozenset(days), until
        return copy

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.start >= self.end:
            raise ValueError("`end` must be later than `start`: business hours do not go past midnight")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its clock."""
        return ZoneInfo(self.time_zone or "UTC")

    @property
    def holidays_until(self) -> date | None:
        """The last day whose holidays are known: of the calendar, else of the last year in the list; None without either."""
        listed = date(max(self.holidays).year, 12, 31) if self.holidays else None
        return self._public_until if self._public_until is not None else listed

    def is_business_day(self, day: date) -> bool:
        """True if the organisation works on a day."""
        return WEEKDAYS[day.weekday()] in self.days and day not in self.holidays and day not in self._public

    def is_open(self, at: datetime) -> bool:
        """True if the organisation works at a time (UTC)."""
        local = at.astimezone(self.zone)
        return self.is_business_day(local.date()) and self.start <= f"{local:%H:%M}" < self.end


class PagePriorities(Frozen):
    """The priorities at which Muster pages by itself: in business hours, and outside them. A list in their place means both."""

    business_hours: tuple[Priority, ...] = ()
    other_hours: tuple[Priority, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _at_all_hours(cls, given: object) -> object:
        return {"business_hours": given, "other_hours": given} if isinstance(given, list | tuple) else given

    def at(self, moment: datetime, hours: BusinessHours) -> tuple[Priority, ...]:
        """Return the priorities that page at a time (UTC)."""
        return self.business_hours if hours.is_open(moment) else self.other_hours

    def waits(self, priority: Priority | None) -> bool:
        """True if a priority pages in business hours only."""
        return priority in self.business_hours and priority not in self.other_hours
