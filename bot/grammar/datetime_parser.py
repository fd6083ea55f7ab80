"""Parses times and lengths of time as people type them. Knows no clock: the present is an argument, in UTC.

| form | examples | means |
|---|---|---|
| clock time | `16:30`, `4:30pm`, `9 a.m.`, `17:42:05`, `noon` | the next such time; with `past`, the latest |
| day | `tomorrow`, `friday`, `2026-06-11`, `11 June`, `June 11th 2026`, `11.06.2026` | 17:00 of it |
| day and clock time | `tomorrow 09:00`, `11 June 9am`, `17:00 fri`, `8 Jun at 14:00`, `2026-06-11 16:04:05,123` | that time on that day |
| with a zone | `16:30 UTC`, `16:30 CEST`, `16:30+02:00`, `16:30 Europe/Berlin`, `9:37 PM PDT`, `22:52 UTC, 21st Jun 2026` | that time there |
| length of time | `45m`, `1h30m`, `2 hours`, `in 3 days`, `20m ago`, `half an hour ago` | from now; with `past` or `ago`, before now |
| ISO 8601 | `2026-06-09T18:00`, `2026-06-09T18:00Z`, `2026-06-09T18:00+02:00` | that time |

Times are in the author's time zone unless they name one. A day of the week is today or the next one; with `past`, today or
the latest one. A date without a year is in the year that makes it nearest to today.

What people may have meant otherwise is *doubtful* and asked about: a clock time that would lie on another day than today and
more than six hours away, a time that clocks skip or show twice, `CST` or `CET` in June, `03/04/2026`, `last night`, a range.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from bot.grammar.times.durations import read_duration, whole_duration
from bot.grammar.times.time_elements import Elements, read_elements
from bot.grammar.times.wall_clock import on_nearest_day, resolve

MOST_WORDS: Final = 8
# Brackets, quotes and formatting that people put around a time: `*03:58*`, `(03:58)`, `~03:58`.
MARKS: Final = "()[]{}【】*_`~≈<>|\"'“‘"
_VAGUE: Final = re.compile(
    r"(?:(?:last|this|next|late|early) (?:night|morning|afternoon|evening|week|month|year|mon|tue|wed|thu|fri|sat|sun)\w*|tonight"
    r"|(?:around|about|approximately|approx\.?|ca\.?|circa|roughly|nearly|almost|~) ?\d[\w:.]*|~\d[\w:.]*|eod|cob|eob"
    r"|(?:the )?(?:end|middle|start) of (?:(?:the|this|next) )?(?:day|business|week|month|quarter|year|q[1-4])"
    r"|(?:tomorrow|yesterday|today) (?:morning|afternoon|evening|night)|(?:just )?before (?:noon|midnight))(?=\s|$|[,;:.])"
)
_NEAR_A_TIME: Final = re.compile(
    r"\W{0,3}(?:(?:at|by|from|between|since|until|till|before|after|shortly|just) )*"
    r"(?:around|about|approximately|approx\.?|ca\.?|circa|roughly|nearly|almost|by|from|between|since|until|till|before|after|~)\s*"
    r"(?:\d{1,2}[:.h]\d{2}|\d{1,2} ?[ap]\.?m)",
    re.IGNORECASE,
)
_ISO: Final = re.compile(r"\d{4}-?\d{2}-?\d{2}t\d{2}.*", re.IGNORECASE)
_SHORT_OFFSET: Final = re.compile(r"(?<=\d)([+-]\d{2})$")
# After a length of time these leave open how long or from when: `an hour or so ago`, `20 minutes back`, `3 minutes after it`.
_ROUGHLY: Final = frozenset({"or", "back", "ish", "odd", "plus", "prior", "after", "into", "past"})
_EPOCH: Final = re.compile(r"@?1\d{9}(?:\d{3})?")
_TO: Final = re.compile(r"(?:[-–—]|to|until|till|or|and|through)")
_TIME_LIKE: Final = re.compile(r"\d{1,2}[:h]\d{2}(?!\d).*|\d{1,2} ?[ap]m|\d{4}-\d{2}-\d{2}.*|\d{1,2}/\d{1,2}/\d{2,4}")


class TimeReading(NamedTuple):
    """What the first words of a text mean as a time.

    `at` is the time (UTC), or the likeliest one where there is a `doubt` (a key of the sentences that ask); None where even
    that is unknown. `has_clock` is False for a day without a clock time. `is_length`: a length of time without `in` or `ago`,
    which may be part of a sentence.
    """

    at: datetime | None
    words: int
    doubt: str = ""
    has_clock: bool = True
    is_length: bool = False

    @property
    def is_sure(self) -> bool:
        """True if the words can be meant in this way only."""
        return self.at is not None and not self.doubt


def parse_datetime(text: str, *, at: datetime, zone: str, past: bool = False) -> datetime | None:
    """Parse a whole text as aware UTC, or None if it is no time or a doubtful one. `past`: it lies before `at`, the present."""
    words = text.split()
    found = read_time(words, at=at, zone=zone, past=past) if words else None
    return found.at if found and found.is_sure and found.words == len(words) else None


def read_time(
    words: Sequence[str], *, at: datetime, zone: str, past: bool = False, near: datetime | None = None
) -> TimeReading | None:
    """Parse the longest time that the first words are; None if they are none. `at` is the present, `zone` the author's.

    A clock time alone is the one nearest to `near`, if that is given.
    """
    words = list(words[: MOST_WORDS + 4])
    try:
        found = _iso(words, at, zone) or _relative(words, at, past=past) or _vague(words)
        return found or _absolute(words, at, zone, past=past, near=near)
    except (ValueError, OverflowError):
        return None


def parse_minutes(text: str) -> int | None:
    """Parse a length of time as whole minutes: `45`, `45m`, `1h30m`, `2 hours`; None if it is none or zero."""
    text = " ".join(text.strip().lower().split())
    if text.isascii() and text.isdigit() and len(text) <= 5:
        return int(text) or None
    duration = whole_duration(text.removeprefix("in ").removesuffix(" ago"))
    return int(duration.total_seconds() // 60) or None if duration else None


def looks_like_time(word: str) -> bool:
    """True for a word that is written like a clock time or a date, whether or not there is such a time."""
    return bool(_TIME_LIKE.match(word.lower().strip(MARKS)))


def begins_near_a_time(text: str) -> bool:
    """True for a text that begins with a time that is not exact, or with a span: `around 23:00`, `~23:00`, `from 10:20 to 10:40`."""
    return bool(_NEAR_A_TIME.match(text))


def _relative(words: Sequence[str], at: datetime, *, past: bool) -> TimeReading | None:
    """Parse `in 10 minutes`, `half an hour ago`, `45m`, `now`."""
    text = " ".join(words).lower()
    if found := re.match(r"(?:just |right )?now(?=\s|$|[,;:.])", text):
        return TimeReading(at, found[0].count(" ") + 1, has_clock=False)
    ahead = re.match(r"(?:in|within) ", text)
    found_duration = read_duration(text, ahead.end() if ahead else 0)
    if found_duration is None:
        return None
    end, behind = (
        found_duration.end,
        re.match(r" (?:ago|earlier|before|from now|later|hence)\b", text[found_duration.end :]),
    )
    end += behind.end() if behind else 0
    if not _ends_word(text, end):
        return None
    count, length = text.count(" ", 0, end) + 1, found_duration.length
    if length is None:
        return TimeReading(None, count, "vague") if ahead or behind or count == len(words) else None
    direction = behind[0].strip() if behind else ""
    following = words[count].lower().rstrip(",;:.") if count < len(words) else ""
    if direction in ("earlier", "before", "later") or following in _ROUGHLY:
        return TimeReading(None, count, "vague")
    backwards = direction == "ago" or (past and not ahead and not direction)
    doubt = "time_behind" if backwards and not past else "time_ahead" if past and not backwards else ""
    moment = at - length if backwards else at + length
    return TimeReading(moment, count, doubt, is_length=not ahead and not direction)


def _ends_word(text: str, end: int) -> bool:
    return end >= len(text) or text[end] in " ,;:.!)"


def _vague(words: Sequence[str]) -> TimeReading | None:
    text = " ".join(words).lower()
    found = _VAGUE.match(text)
    if found:
        return TimeReading(None, found[0].count(" ") + 1, "vague")
    return TimeReading(None, 1, "epoch") if _EPOCH.fullmatch(words[0].rstrip(",;:.")) else None


def _iso(words: Sequence[str], at: datetime, zone: str) -> TimeReading | None:
    """Parse ISO 8601 with its `T`. Without an offset a zone may follow."""
    word = words[0].rstrip(",;:.").upper().replace(",", ".")
    if not _ISO.fullmatch(word):
        return None
    try:
        parsed = datetime.fromisoformat(_SHORT_OFFSET.sub(r"\1:00", word))
    except ValueError:
        return TimeReading(None, 1, "no_such_time")
    if parsed.tzinfo is not None:
        return TimeReading(parsed.astimezone(UTC), 1)
    following = [] if words[0].endswith((":", ";")) else words[1:]
    return _of_elements(
        read_elements([f"{parsed:%Y-%m-%d}", f"{parsed:%H:%M:%S}", *following], at, zone, past=False),
        at,
        zone,
        past=False,
        fewer=1,
    )


def _absolute(
    words: Sequence[str], at: datetime, zone: str, *, past: bool, near: datetime | None
) -> TimeReading | None:
    found = read_elements(words, at, zone, past=past)
    if found is not None and near is not None:
        found = on_nearest_day(found, near, zone)
    return _of_elements(found, at, zone, past=past, following=words)


def _of_elements(
    found: Elements | None,
    at: datetime,
    zone: str,
    *,
    past: bool,
    fewer: int = 0,
    following: Sequence[str] = (),
) -> TimeReading | None:
    if found is None:
        return None
    doubt = found.doubt or range_after(following, found)
    if found.day is None and found.clock is None:
        return TimeReading(None, found.words - fewer, doubt)
    moment, unsure = resolve(found, at, zone, past=past)
    if found.clock is None and past and not doubt:
        doubt = "no_clock"
    return TimeReading(moment, found.words - fewer, doubt or unsure, has_clock=found.clock is not None)


def range_after(words: Sequence[str], found: Elements) -> str:
    """Return the doubt of a time that another one follows: a range, or one of the two."""
    if found.is_stopped:
        return ""
    rest = [word.lower() for word in words[found.words : found.words + 2]]
    if len(rest) == 2 and _TO.fullmatch(rest[0]) and looks_like_time(rest[1]):
        return "range"
    return "two_times" if rest and looks_like_time(rest[0]) else ""
