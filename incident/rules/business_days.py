"""Business days, Monday to Friday, and the business hours of an organisation in its own zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

from incident.policy_parts.paging_hours import BusinessHours

_SATURDAY: Final = 5
# A year of holidays in a row is a slip; the search for the next business day ends there.
_MOST_CLOSED: Final = 366


def after_business_days(at: datetime, days: int) -> datetime:
    """Return the time that many business days later; days of a weekend do not count. Knows no holidays."""
    while days > 0:
        at += timedelta(days=1)
        days -= at.weekday() < _SATURDAY
    return at


def in_working_hours(at: datetime, hours: BusinessHours) -> datetime:
    """Return a time (UTC) if people work then, else when they start next."""
    if hours.is_open(at):
        return at
    local = at.astimezone(hours.zone)
    is_before = hours.is_business_day(local.date()) and f"{local:%H:%M}" < hours.start
    return _opening(local, hours) if is_before else next_morning(at, hours)


def next_morning(at: datetime, hours: BusinessHours, days: int = 1) -> datetime:
    """Return when people start to work on the business day that many after a time (UTC)."""
    local = at.astimezone(hours.zone)
    for _ in range(_MOST_CLOSED * days):
        local += timedelta(days=1)
        days -= hours.is_business_day(local.date())
        if days <= 0:
            break
    return _opening(local, hours)


def _opening(local: datetime, hours: BusinessHours) -> datetime:
    return datetime.combine(local.date(), time.fromisoformat(hours.start), hours.zone).astimezone(UTC)
