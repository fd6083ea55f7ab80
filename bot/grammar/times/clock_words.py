"""Parses clock times as people write them: `16:30`, `4:30pm`, `9 a.m.`, `17:42:05,123`, `1720Z`, `noon`.

A time that may be something else too is doubtful: `21h30` may be a length of time, `16.42` a number, `midnight` has two days. Knows no day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time
from typing import Final, NamedTuple

_CLOCK: Final = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?(?P<half>[ap]\.?m\.?)?(?P<zone>z|[+−-]\d{2}:?\d{2}|[a-z]{3,5})?"
)
_HALF_DAY: Final = re.compile(r"(?P<hour>\d{1,2})(?:[.:](?P<minute>\d{2}))?(?P<half>[ap]\.?m\.?)")
_LONE_HOUR: Final = re.compile(r"(?P<hour>\d{1,2})(?:\.(?P<minute>\d{2}))?")
_HALF: Final = re.compile(r"[ap]\.?m\.?")
_MILITARY: Final = re.compile(r"(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?P<zone>z|[+−-]\d{4})?")
# `16.42` is a clock time in half of Europe, and a number before a unit or another clock time.
DOTTED_CLOCK: Final = re.compile(r"(?P<hour>[01]\d|2[0-3])\.(?P<minute>[0-5]\d)")
DOTTED: Final = "dotted"
_NOT_AFTER_DOTTED: Final = re.compile(
    r"(?:%|percent|per|pct|x|times|of|[kmgt]i?b(?:/s|ps)?|[kmnu]?s|ms|secs?|seconds?|mins?|minutes?|hours?|hrs?|days?|weeks?|lts"
    r"|thousand|million|billion|k|m|bn|eur|euros?|usd|dollars?|gbp|€|\$|£|degrees?|°c?|cores?|cpus?|rps|qps|points?|[+/=<>-]+"
    r"|\d{1,2}[:.]\d{2})[,;:.]?"
)
_FRENCH: Final = re.compile(r"(?P<hour>\d{1,2})h(?P<minute>\d{2})")


class ClockWords(NamedTuple):
    """A clock time and how many words it took. `zone` is what is written right after it, as in `16:30Z`.

    `doubt` says why it is asked about (a key of the sentences), if it is. `needs_zone`: figures like `1720` are a clock time
    only where a zone follows.
    """

    clock: time
    words: int
    zone: str = ""
    doubt: str = ""
    needs_zone: bool = False


def read_clock(words: Sequence[str]) -> ClockWords | None:
    """Parse the clock time that the first words are, in small letters; None if they are none or no such time exists."""
    first = words[0]
    half = words[1] if len(words) > 1 and _HALF.fullmatch(words[1]) else ""
    try:
        return _colon(first, half) or _half_day(first, half) or _figures(first) or _dotted(words) or _word(first)
    except ValueError:
        return None


def _colon(word: str, half: str) -> ClockWords | None:
    found = _CLOCK.fullmatch(word)
    if found is None:
        return None
    attached = found["half"] or half
    clock = _time(found["hour"], found["minute"], found["second"], attached)
    zone = found["zone"] or ""
    # `10:20-10:40` is from one time to another; an offset to the west is written after seconds, or without its colon.
    is_range = zone[:1] in ("-", "−") and ":" in zone and not found["second"]
    doubt = "range" if is_range else ""
    return ClockWords(clock, 2 if attached and not found["half"] else 1, "" if is_range else zone, doubt)


def _half_day(word: str, half: str) -> ClockWords | None:
    if found := _HALF_DAY.fullmatch(word):
        return ClockWords(_time(found["hour"], found["minute"], None, found["half"]), 1)
    if half and (found := _LONE_HOUR.fullmatch(word)):
        return ClockWords(_time(found["hour"], found["minute"], None, half), 2)
    return None


def _figures(word: str) -> ClockWords | None:
    if found := _MILITARY.fullmatch(word):
        return ClockWords(
            _time(found["hour"], found["minute"], None, ""), 1, found["zone"] or "", needs_zone=found["zone"] is None
        )
    if found := _FRENCH.fullmatch(word):
        return ClockWords(_time(found["hour"], found["minute"], None, ""), 1, doubt="time_or_duration")
    return None


def _dotted(words: Sequence[str]) -> ClockWords | None:
    found = DOTTED_CLOCK.fullmatch(words[0])
    if found is None or (len(words) > 1 and _NOT_AFTER_DOTTED.fullmatch(words[1])):
        return None
    return ClockWords(_time(found["hour"], found["minute"], None, ""), 1, doubt=DOTTED)


def _word(word: str) -> ClockWords | None:
    if word == "noon":
        return ClockWords(time(12), 1)
    return ClockWords(time(), 1, doubt="midnight") if word == "midnight" else None


def _time(hour: str, minute: str | None, second: str | None, half: str) -> time:
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError("no such hour")
        hours = hours % 12 + (12 if half[0] == "p" else 0)
    return time(hours, int(minute or 0), int(second or 0))
