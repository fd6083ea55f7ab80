"""Business days: Monday to Friday. Knows no holidays and no zone but UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

_SATURDAY = 5


def after_business_days(at: datetime, days: int) -> datetime:
    """Return the time that many business days later; days of a weekend do not count."""
    while days > 0:
        at += timedelta(days=1)
        days -= at.weekday() < _SATURDAY
    return at
