"""Business days and business hours of an organisation in its own zone, without weekends and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from incident.policy_parts.paging_hours import BusinessHours

# A year of holidays in a row is a slip; the search for the next business day ends there.
_MOST_CLOSED: Final = 366


def after_business_days(at: datetime, days: int, hours: BusinessHours) -> datetime:
    """Return the time (UTC) that many business days later, at the same time of day; days on which no one works do not count."""
    for _ in range(_MOST_CLOSED * days):
        if days <= 0:
            break
        at += timedelta(days=1)
        days -= hours.is_business_day(at.astimezone(hours.zone).date())
    return at


def holidays_end(due_at: datetime, hours: BusinessHours) -> date | None:
    """Return the last day whose holidays are known if a due time (UTC) lies after it: from then on weekends alone are left out."""
    until = hours.holidays_until
    return until if until is not None and due_at.astimezone(hours.zone).date() > until else None


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
