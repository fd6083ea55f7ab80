"""Reads the elements of a time from words: a day, a clock time and a zone, in any order, each once.

Words between them that belong to no element (`at`, `on`) are skipped only where an element follows. Knows the present, to give
`today` and `8 Feb` their date; what the elements mean together is for `wall_clock`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, tzinfo
from typing import Final

from bot.grammar.times.clock_words import read_clock
from bot.grammar.times.date_words import is_also_a_word, read_date, year_of
from bot.grammar.times.time_zones import ZoneWords, read_zone, zone_of

_CONNECTORS: Final = frozenset({"at", "on", "@", "-", "–", "um", "the", "of"})
_STOP: Final = re.compile(r"[:;]$|:\d\d\.$|[A-Z]{3}\.$|\d{4}\.$")


@dataclass(frozen=True)
class Elements:
    """The elements of a time and how many words they are. `doubt` says why it is asked about, if it is.

    `weekday` is the day of the week by which `day` is known, `written_weekday` one that is written before a date.
    `is_stopped`: a colon ends it. `zone_place` tells whether an abbreviation is in force at a time of the wall clock.
    """

    day: date | None = None
    clock: time | None = None
    zone: tzinfo | None = None
    words: int = 0
    doubt: str = ""
    year_given: bool = True
    is_weekday: bool = False
    weekday: int | None = None
    written_weekday: int | None = None
    has_zone: bool = False
    zone_place: Callable[[datetime], bool] | None = None
    is_stopped: bool = False


@dataclass
class _Scan:
    """The words that are read, in small letters and as they are, and what the present is."""

    words: list[str]
    today: date
    past: bool
    lower: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = [word if word in _CONNECTORS else word.rstrip(",;:.") for word in self.words]
        self.lower = [word.lower() for word in self.words]


def read_elements(words: Sequence[str], at: datetime, zone: str, *, past: bool) -> Elements | None:
    """Return the elements that the first words are; None if they hold neither a day nor a clock time."""
    scan = _Scan(list(words), at.astimezone(zone_of(zone)).date(), past)
    found, position = Elements(), 0
    while position < len(words) and not found.is_stopped:
        skipped = 1 if found.words and scan.lower[position] in _CONNECTORS else 0
        following = _next(scan, found, position + skipped) if position + skipped < len(words) else None
        if following is None:
            break
        found = following
        position = found.words
        found = replace(found, is_stopped=bool(_STOP.search(words[position - 1])))
    if found.day is None and found.clock is None and not found.doubt:
        return None
    if found.written_weekday is not None and found.day is not None and found.day.weekday() != found.written_weekday:
        return replace(found, doubt=found.doubt or "weekday_differs")
    return found


def _next(scan: _Scan, found: Elements, at: int) -> Elements | None:
    """Return the elements with the one that begins at a position, or None."""
    return _clock(scan, found, at) or _date(scan, found, at) or _year(scan, found, at) or _zone(scan, found, at)


def _clock(scan: _Scan, found: Elements, at: int) -> Elements | None:
    if found.clock is not None:
        return None
    split = scan.lower[at].partition(":") if scan.lower[at].count("/") == 2 else None
    if split is not None and split[2]:
        return _apache(scan, found, at, split[0], split[2])
    read = read_clock(scan.lower[at:])
    if read is None:
        return None
    end = at + read.words
    zone = read_zone([read.zone.upper()]) if read.zone else None
    if (read.zone and zone is None) or (read.needs_zone and (end >= len(scan.words) or not _is_zone(scan, end))):
        return None
    timed = replace(found, clock=read.clock, words=end, doubt=found.doubt or read.doubt)
    return _with_zone(timed, zone, end) if zone else timed


def _apache(scan: _Scan, found: Elements, at: int, day: str, clock: str) -> Elements | None:
    """Read `08/Feb/2019:16:04:05`, as web servers write it."""
    date_read, clock_read = read_date([day], scan.today, past=scan.past), read_clock([clock])
    if date_read is None or clock_read is None or found.day is not None:
        return None
    return replace(found, day=date_read.day, clock=clock_read.clock, words=at + 1, doubt=found.doubt or date_read.doubt)


def _is_zone(scan: _Scan, at: int) -> bool:
    zone = read_zone(scan.words[at:])
    return zone is not None and zone.zone is not None


def _date(scan: _Scan, found: Elements, at: int) -> Elements | None:
    if found.day is not None and found.weekday is None:
        return None
    read = read_date(scan.lower[at:], scan.today, past=scan.past)
    if read is None or (read.weekday is not None and found.day is not None):
        return None
    doubt = found.doubt or read.doubt
    if not doubt and found.words and scan.words[at].islower() and is_also_a_word(scan.lower[at]):
        doubt = "also_a_word"  # `16:30 may 5 …` and `16:30 sun …` may go on with the text.
    return replace(
        found,
        day=read.day,
        words=at + read.words,
        doubt=doubt,
        year_given=read.year_given,
        is_weekday=read.weekday is not None,
        weekday=read.weekday,
        written_weekday=found.weekday,
    )


def _year(scan: _Scan, found: Elements, at: int) -> Elements | None:
    """Read the year that follows a date without one, as in `Feb 8 16:04:05 2019`."""
    year = year_of(scan.lower[at])
    if year is None or found.day is None or found.year_given:
        return None
    try:
        day = found.day.replace(year=year)
    except ValueError:
        return None
    doubt = "" if found.doubt == "date_year" else found.doubt
    return replace(found, day=day, year_given=True, words=at + 1, doubt=doubt)


def _zone(scan: _Scan, found: Elements, at: int) -> Elements | None:
    if found.has_zone or (found.clock is None and found.day is None):
        return None
    zone = read_zone(scan.words[at:])
    return _with_zone(found, zone, at + zone.words) if zone else None


def _with_zone(found: Elements, zone: ZoneWords, words: int) -> Elements:
    doubt = found.doubt or ("" if zone.zone is not None else "zone")
    return replace(found, zone=zone.zone, has_zone=True, zone_place=zone.is_in_force, words=words, doubt=doubt)
