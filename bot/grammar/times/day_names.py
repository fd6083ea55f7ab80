"""Names the day of a time where it is not today's: a clock time alone may mean tomorrow's. Knows no clock."""

from __future__ import annotations

from datetime import datetime

from bot.grammar.times.time_zones import zone_of


def other_day(moment: datetime, at: datetime, zone: str) -> str:
    """Return the day of a moment in a person's zone, as `tomorrow, Wednesday 10 June`; '' if that is today.

    `at` is the present.
    """
    there, today = moment.astimezone(zone_of(zone)).date(), at.astimezone(zone_of(zone)).date()
    near = {-1: "yesterday, ", 0: "", 1: "tomorrow, "}.get((there - today).days, "")
    return "" if there == today else f"{near}{there:%A} {there.day} {there:%B}"
