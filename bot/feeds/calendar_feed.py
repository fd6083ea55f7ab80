"""Reads an iCalendar feed: who has which shift between two moments. Knows no address and no person.

A summary names the person, or several, by name, e-mail address or user id; `[L2]` before it is its layer. Whole days end
where the next begins, cancelled events are left out, times without a zone are on the schedule's clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import islice, takewhile
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.feeds.feed_problem import Fault, FeedProblem
from bot.feeds.named_turn import NamedTurn

_MOST_EVENTS: Final = 5000
# Events that repeat so often are no shifts, and reading them would take for ever.
_TOO_OFTEN: Final = re.compile(rb"^RRULE[^\r\n]*FREQ=(?:SECONDLY|MINUTELY)", re.IGNORECASE | re.MULTILINE)
_LAYER: Final = re.compile(r"\s*\[L(\d)\]\s*")
_SEVERAL: Final = re.compile(r"[,;/&+]|\band\b")
_PARTS: Final = re.compile(r"\s[-–|]\s|:\s|[()<>\[\]]")
_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)


def read_calendar(body: bytes, zone: str, start: datetime, end: datetime) -> tuple[NamedTurn, ...]:
    """Return the turns of a calendar between two moments. Raises FeedProblem for what is no calendar."""
    import icalendar
    import recurring_ical_events
    import x_wr_timezone

    # A calendar that was cut off reads as one with fewer events.
    if not body.rstrip().upper().endswith(b"END:VCALENDAR") or _TOO_OFTEN.search(body):
        raise FeedProblem(Fault.NOT_READABLE)
    try:
        calendar = x_wr_timezone.to_standard(icalendar.Calendar.from_ical(body))
        clock = _zone_of(calendar, zone)
        events = islice(recurring_ical_events.of(calendar).after(start), _MOST_EVENTS + 1)
        found = [*takewhile(lambda event: _moment(event.start, clock) < end, events)]
        turns = tuple(turn for event in found for turn in _turns(event, clock))
    except _UNREADABLE:
        raise FeedProblem(Fault.NOT_READABLE) from None
    if len(found) > _MOST_EVENTS:
        raise FeedProblem(Fault.TOO_LARGE)
    return turns


def _zone_of(calendar: Any, zone: str) -> ZoneInfo:
    """Return the zone of times without one: the calendar's own, else the schedule's."""
    named = str(calendar.get("X-WR-TIMEZONE", "")).strip()
    try:
        return ZoneInfo(named) if named else ZoneInfo(zone)
    except (KeyError, ValueError):
        return ZoneInfo(zone)


def _turns(event: Any, clock: ZoneInfo) -> Iterator[NamedTurn]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    start, end = _moment(event.start, clock), _moment(event.end, clock)
    summary = str(event.get("SUMMARY", ""))
    layer = _LAYER.match(summary)
    for names in _people(summary[layer.end() :] if layer else summary):
        if start < end:
            yield NamedTurn(start, end, names, int(layer[1]) if layer else 1)


def _people(summary: str) -> Sequence[tuple[str, ...]]:
    """Return the names of each person of a summary: all of it, and its parts (`On call - Ada Lovelace - Payments`, `On-call: Ada`)."""
    several = [one for one in _SEVERAL.split(summary) if one.strip()]
    return [(one, *(part for part in _PARTS.split(one) if part.strip())) for one in several]


def _moment(at: date, clock: ZoneInfo) -> datetime:
    """Return a time of an event in UTC; a day is its start on the clock, a time without a zone one on the clock."""
    if not isinstance(at, datetime):
        return datetime.combine(at, time(), clock).astimezone(UTC)
    return (at if at.tzinfo is not None else at.replace(tzinfo=clock)).astimezone(UTC)
