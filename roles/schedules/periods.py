"""The period of a rotation, such as `2 weeks`: its hand-overs on the local clock. Knows no zone and no people."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_WRITTEN: Final = re.compile(r"(?:(?P<count>[1-9]\d{0,2})\s*)?(?P<unit>hour|day|week|month)s?")
_ADVERBS: Final = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month"}
_LENGTHS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


@dataclass(frozen=True)
class Period:
    """A number of hours, days, weeks or months."""

    count: int
    unit: str

    def handover(self, first: datetime, number: int) -> datetime:
        """Return the hand-over so many periods after the first one. A month that is too short has it on its last day."""
        if self.unit in _LENGTHS:
            return first + number * self.count * _LENGTHS[self.unit]
        months = first.year * 12 + first.month - 1 + number * self.count
        year, month = divmod(months, 12)
        return first.replace(year=year, month=month + 1, day=min(first.day, monthrange(year, month + 1)[1]))

    def estimate(self, first: datetime, at: datetime) -> int:
        """Return how many periods lie between the first hand-over and a time; one more or less than the truth at most."""
        if self.unit in _LENGTHS:
            return (at - first) // (self.count * _LENGTHS[self.unit])
        return ((at.year - first.year) * 12 + at.month - first.month) // self.count


def read_period(text: str) -> Period | None:
    """Return the period that a text names (`week`, `2 weeks`, `weekly`), or None."""
    word = text.strip().lower()
    found = _WRITTEN.fullmatch(_ADVERBS.get(word, word))
    return Period(int(found["count"] or 1), found["unit"]) if found else None
