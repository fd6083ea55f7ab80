"""Parses several dated lines, such as a published timeline: each is a note at its own time. Knows no verb and no clock.

| line | means |
|---|---|
| `22:52 UTC: Link lost`, `[22:52] Link lost`, `- 22:52 – Link lost`, `22:52 | Link lost` | a note at that time |
| `2018-10-21 22:52 Link lost` | a note at that time; lines after it are of that day |
| `21 October 2018` alone | the lines after it are of that day |
| `Traffic went to the other coast` | a note at the time of the line before |
| `22:52` alone | the lines after it are of that time |
| an indented line that is no point of a list, a row of a table | goes on with the text of the line before |

A clock time is of the day of the line before, or of the next day where it would lie half a day or more before that line.
The first is of the default day, or else the latest such time that has passed. A text is read in this way only if two of its lines
start with a time; any other text is one note.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from pydantic import JsonValue

from bot.grammar.datetime_parser import begins_near_a_time, range_after
from bot.grammar.times.date_words import in_year_near
from bot.grammar.times.time_elements import Elements, read_elements
from bot.grammar.times.time_zones import read_zone, zone_of
from bot.grammar.times.wall_clock import resolve
from incident.frozen import utc_text

_BULLET: Final = re.compile(
    r"^\s*(?:(?:[-*•–—>|#]|&gt;)+\s+|\|)?(?:(?:\d{1,3}[.)]|at|um|@)\s+(?=\W?\d{1,2}:\d{2}))?", re.IGNORECASE
)
_WRAPPED: Final = re.compile(r"[\[(*`_~]+(?P<inner>[^\[\]()*`_~]{1,60})[\])*`_~]+(?=[\s:;,.–—-]|$)")
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_ISO: Final = re.compile(r"^(\d{4}-\d{2}-\d{2})[Tt](?=\d{2}:)")
_JOINED: Final = re.compile(r"^(\d{1,2}:\d{2}(?::\d{2})?)([–—-])(?=\D)")
_LIKE_A_TIME: Final = re.compile(r"(?:\d{1,2}([-/.])\d{1,2}(?:\1(?:\d{4}|\d{2})?)?,?\s+)?\d{1,2}:\d{2}")
_POINT: Final = re.compile(r"\s+(?:[-*•]|\d{1,2}[.)])\s")
_SEPARATOR: Final = re.compile(r"^(?:[\s:;,.|–—=>-]|&gt;)+")
_MOST_WORDS: Final = 12
_HALF_A_DAY: Final = timedelta(hours=12)
_NAMED: Final = re.compile(
    r"\s*(?P<name>day|date|zone)=(?:[\"“”](?P<quoted>[^\"“”]*)[\"“”]|(?P<plain>\S+))\s*", re.IGNORECASE
)
_TIMED_AT_LEAST: Final = 2
_SHOWN: Final = 5
_SHOWN_WIDTH: Final = 60


class DatedLine(NamedTuple):
    """A line, when it happened (UTC), and its number in the text."""

    number: int
    at: datetime
    text: str


class UnreadLine(NamedTuple):
    """A line that cannot be read: its number, its text, and why (`no_time`, `no_text`, `doubtful`, `not_yet`)."""

    number: int
    text: str
    why: str


@dataclass
class DatedLines:
    """What a text holds, line by line."""

    lines: list[DatedLine] = field(default_factory=list)
    unread: list[UnreadLine] = field(default_factory=list)


@dataclass(frozen=True)
class Defaults:
    """What lines leave out: the present (UTC), the author's time zone, and the day and the zone that the author named."""

    at: datetime
    zone: str
    day: date | None = None
    named_zone: tzinfo | None = None


def read_dated_lines(text: str, given: Defaults) -> DatedLines | None:
    """Parse a text of several dated lines; None for any other text."""
    rows = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    leads = {number: _lead(line, given) for number, line in rows}
    if sum(_is_timed(line, leads[number]) for number, line in rows) < _TIMED_AT_LEAST:
        return None
    scan = _Scan(given, day=given.day)
    for number, line in rows:
        scan.add(number, line, leads[number])
    scan.end_heading()
    return scan.found


class _Lead(NamedTuple):
    """The time at the start of a line, and the text after it."""

    elements: Elements
    text: str


def _is_timed(line: str, lead: _Lead | None) -> bool:
    """True for a line that starts with a clock time, or with what is written like one."""
    return bool(_LIKE_A_TIME.match(_plain(line))) if lead is None else lead.elements.clock is not None


def _lead(line: str, given: Defaults) -> _Lead | None:
    """Return the day or the clock time with which a line starts; None where it starts with text."""
    rest = _plain(line)
    words = rest.split()[:_MOST_WORDS]
    found = read_elements(words, given.at, given.zone, past=True) if words else None
    if found is not None:
        found = replace(found, doubt=found.doubt or range_after(rest.split(), found))
    if found is None or not any(char.isdigit() for word in words[: found.words] for char in word):
        return None
    after = rest
    for word in words[: found.words]:
        after = after[after.index(word) + len(word) :]
    return _Lead(found, after[_match_end(_SEPARATOR, after) :].rstrip(" |"))


def _plain(line: str) -> str:
    """Return a line without the bullet before its time, and the brackets or the formatting around it."""
    seen = _UNSEEN.sub("", line)
    rest = seen[_match_end(_BULLET, seen) :]
    if wrapped := _WRAPPED.match(rest):
        rest = f"{wrapped['inner']} {rest[wrapped.end() :]}"
    return _JOINED.sub(r"\1 \2 ", _ISO.sub(r"\1 ", rest))


def _match_end(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0


@dataclass
class _Scan:
    """The lines read so far; `day` is the day of the last one as it was written, `at` its time.

    `heading` is a time alone in its line, until a line follows that it is the time of. `zone` is the last one in a line.
    """

    given: Defaults
    day: date | None
    found: DatedLines = field(default_factory=DatedLines)
    at: datetime | None = None
    heading: tuple[int, str] | None = None
    zone: tzinfo | None = None

    def add(self, number: int, line: str, lead: _Lead | None) -> None:
        """Read one more line."""
        if lead is None:
            self._add_untimed(number, line)
            return
        lead = lead._replace(elements=self._in_year_above(lead.elements))
        self.end_heading()
        if lead.elements.clock is None:
            self._add_day(number, line, lead)
        else:
            self._add_timed(number, line, lead)

    def end_heading(self) -> None:
        """Name a time alone in its line that no text followed."""
        if self.heading is not None:
            self._unread(*self.heading, "no_text")
        self.heading = None

    def _add_untimed(self, number: int, line: str) -> None:
        if self.at is None or _LIKE_A_TIME.match(_plain(line)) or begins_near_a_time(_plain(line)):
            self._unread(number, line, "no_time" if self.at is None else "doubtful")
        elif (
            (line[0].isspace() or line[0] == "|")
            and not _POINT.match(line)
            and self.found.lines
            and self.heading is None
        ):
            before = self.found.lines[-1]
            self.found.lines[-1] = before._replace(text=f"{before.text}\n{line.strip()}")
        else:
            self._append(DatedLine(number, self.at, line[_match_end(_BULLET, line) :].strip()))

    def _add_day(self, number: int, line: str, lead: _Lead) -> None:
        """Take a line that is a date alone as the day of those after it; a date before a text needs a clock time."""
        if lead.text or lead.elements.doubt or lead.elements.day is None:
            self._unread(number, line, "doubtful" if lead.elements.doubt else "no_time")
        else:
            self.day, self.at = lead.elements.day, None

    def _in_year_above(self, elements: Elements) -> Elements:
        """Return the elements with a date without a year in the one that makes it nearest to the day of the lines above."""
        if elements.day is None or elements.year_given or self.day is None:
            return elements
        doubt = "" if elements.doubt == "date_year" else elements.doubt
        return replace(elements, day=in_year_near(elements.day, self.day), year_given=True, doubt=doubt)

    def _add_timed(self, number: int, line: str, lead: _Lead) -> None:
        elements = lead.elements
        if elements.zone is None and not elements.has_zone:
            elements = replace(elements, zone=self.given.named_zone)
        moment, doubt = self._resolved(elements)
        self.zone = lead.elements.zone or self.zone
        if elements.doubt or doubt or self._may_be_of_the_zone_above(elements, moment):
            self._unread(number, line, "doubtful")
        elif moment > self.given.at:
            self._unread(number, line, "not_yet")
        elif lead.text:
            self._append(DatedLine(number, moment, lead.text))
        else:
            self.at, self.heading = moment, (number, line)

    def _may_be_of_the_zone_above(self, elements: Elements, moment: datetime) -> bool:
        """True for a time without a zone after one with a zone that is not the author's: it may be of either."""
        if elements.zone is not None or elements.has_zone or self.zone is None:
            return False
        return moment.astimezone(self.zone).utcoffset() != moment.astimezone(zone_of(self.given.zone)).utcoffset()

    def _resolved(self, elements: Elements) -> tuple[datetime, str]:
        """Return the moment of a line; a clock time alone is of the day of the lines before it, or of the next."""
        if elements.day is not None:
            self.day = elements.day
            return self._moment(elements)
        if self.day is None:
            moment, doubt = self._moment(elements)
            self.day = moment.astimezone(elements.zone or zone_of(self.given.zone)).date()
            return moment, "" if doubt == "other_day" else doubt
        moment, doubt = self._moment(replace(elements, day=self.day))
        if self.at is not None and moment <= self.at - _HALF_A_DAY:
            self.day += timedelta(days=1)
            return self._moment(replace(elements, day=self.day))
        return moment, doubt

    def _moment(self, elements: Elements) -> tuple[datetime, str]:
        return resolve(elements, self.given.at, self.given.zone, past=True)

    def _append(self, line: DatedLine) -> None:
        self.found.lines.append(line)
        self.at, self.heading = line.at, None

    def _unread(self, number: int, line: str, why: str) -> None:
        self.found.unread.append(UnreadLine(number, line.strip(), why))


def read_note(text: str, *, at: datetime, zone: str) -> ReadFields | None:
    """Read what follows the verb in a typed line, `day=…` and `zone=…` before the lines; None for a note of one line."""
    fields: dict[str, JsonValue] = {}
    position = 0
    while found := _NAMED.match(text, position):
        fields["zone" if found["name"].lower() == "zone" else "day"] = found["quoted"] or found["plain"] or ""
        position = found.end()
    return dated_fields({**fields, "text": text[position:]}, at=at, zone=zone) if "\n" in text else None


def dated_fields(fields: Mapping[str, JsonValue], *, at: datetime, zone: str) -> ReadFields | None:
    """Read the fields of a note whose text is several dated lines; None for any other note.

    `at` is the present, `zone` the author's time zone; the fields `day` and `zone` name others.
    """
    text, day, named = (str(fields.get(name) or "") for name in ("text", "day", "zone"))
    found_day, found_zone = _day_named(day, at, zone), read_zone(named.split())
    invalid = [("day", day)] if day and found_day is None else []
    named_zone = found_zone.zone if found_zone and found_zone.words == len(named.split()) else None
    invalid += [("zone", named)] if named and named_zone is None else []
    read = read_dated_lines(text, Defaults(at, zone, found_day, named_zone))
    if read is None:
        return None
    if invalid or read.unread:
        unread = [("text", _first_words(read.unread))] if read.unread else []
        return ReadFields(dict(fields), (*invalid, *unread))
    lines: list[JsonValue] = [f"{utc_text(line.at)} {line.text}" for line in read.lines]
    return ReadFields({**fields, "lines": lines})


class ReadFields(NamedTuple):
    """The fields of a note with its dated lines, or what is in the way: field and value."""

    fields: dict[str, JsonValue]
    invalid: tuple[tuple[str, str], ...] = ()


def _day_named(text: str, at: datetime, zone: str) -> date | None:
    words = text.split()
    found = read_elements(words, at, zone, past=True) if words else None
    is_day = found is not None and found.words == len(words) and found.clock is None and not found.doubt
    return found.day if found and is_day else None


def _first_words(lines: Sequence[UnreadLine]) -> str:
    """Return the first unread lines for a person to find, as in `line 3 “22:5 Link lost”, line 7 “about noon”`."""
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return ", ".join([*(f"line {one.number} “{_clipped(one.text)}”" for one in lines[:_SHOWN]), *more])


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN_WIDTH else f"{text[:_SHOWN_WIDTH]}…"
