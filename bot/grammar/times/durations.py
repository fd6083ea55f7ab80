"""Parses lengths of time as people write them: `45m`, `1h30m`, `half an hour`, `an hour and a half`, `1.5 hours`.

Knows no clock and no direction: whether `ago` or `in` is meant is for `datetime_parser`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final, NamedTuple

_NUMBERS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty-five": 25, "thirty": 30,
    "forty": 40, "forty-five": 45, "fifty": 50, "sixty": 60, "ninety": 90, "half": 0.5, "half a": 0.5, "half an": 0.5,
    "a half": 0.5, "quarter": 0.25, "a quarter": 0.25, "quarter of an": 0.25, "a quarter of an": 0.25,
    "three quarters of an": 0.75,
}  # fmt: skip
_UNITS: Final = {
    "w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)
}  # fmt: skip
_NUMBER: Final = "|".join(sorted((re.escape(word) for word in _NUMBERS), key=len, reverse=True))
_PART: Final = re.compile(
    rf"(?:(?P<digits>\d{{1,3}}(?:[.,]\d{{1,2}})?|\d{{4,5}}(?= ?[ms])) ?|(?P<word>{_NUMBER}) )(?P<and_half>and a half )?"
    r"(?P<unit>w(?:eeks?|ks?)?|d(?:ays?)?|h(?:ours?|rs?|r)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)(?P<half> and a half)?"
    r"(?![a-z])"
)
_JOINT: Final = re.compile(r",? and |, | |")
_VAGUE: Final = re.compile(
    r"(?:a )?(?:few|couple(?: of)?|several|some|bunch of|little while|while|moment|bit) ?(?:w|d|h|m|s|weeks?|days?|hours?|minutes?|mins?|seconds?)?\b"
)


class Duration(NamedTuple):
    """A length of time and where it ends in the text. `length` is None for a vague one (`a few minutes`)."""

    length: timedelta | None
    end: int


def read_duration(text: str, start: int = 0) -> Duration | None:
    """Parse the length of time that begins at a position of a text in small letters with single spaces."""
    total, end, used = timedelta(), start, ""
    position = start
    while found := _PART.match(text, position):
        unit = found["unit"][0]
        if unit in used or (used and "wdhms".index(unit) < "wdhms".index(used[-1])):
            break
        total += _amount(found) * _UNITS[unit]
        used, end = used + unit, found.end()
        joint = _JOINT.match(text, end)
        position = joint.end() if joint else end
    if used:
        return Duration(total, end)
    vague = _VAGUE.match(text, start)
    return Duration(None, vague.end()) if vague else None


def whole_duration(text: str) -> timedelta | None:
    """Parse a text that is nothing but a length of time; None for any other."""
    found = read_duration(text)
    return found.length if found and found.end == len(text) else None


def _amount(found: re.Match[str]) -> float:
    digits = found["digits"]
    number = float(digits.replace(",", ".")) if digits else float(_NUMBERS[found["word"]])
    return number + (0.5 if found["and_half"] or found["half"] else 0)
