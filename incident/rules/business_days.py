"""Business days, Monday to Friday, and the working hours of an organisation in its own zone. Knows no holidays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_SATURDAY: Final = 5
_OPENS: Final = 9
_CLOSES: Final = 17


def after_business_days(at: datetime, days: int) -> datetime:
    """Return the time that many business days later; days of a weekend do not count."""
    while days > 0:
        at += timedelta(days=1)
        days -= at.weekday() < _SATURDAY
    return at


def in_working_hours(at: datetime, zone: str) -> datetime:
    """Return a time (UTC) if people work then in a zone, else when they start next."""
    local = at.astimezone(ZoneInfo(zone))
    is_business_day = local.weekday() < _SATURDAY
    if is_business_day and _OPENS <= local.hour < _CLOSES:
        return at
    if is_business_day and local.hour < _OPENS:
        return _morning(local)
    return next_morning(at, zone)


def next_morning(at: datetime, zone: str, days: int = 1) -> datetime:
    """Return when people start to work in a zone, on the business day that many after a time (UTC)."""
    return _morning(after_business_days(at.astimezone(ZoneInfo(zone)), days))


def _morning(local: datetime) -> datetime:
    return local.replace(hour=_OPENS, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
