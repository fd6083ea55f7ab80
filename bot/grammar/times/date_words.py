"""Parses dates as people write them: ISO, `8 Feb 2019`, `Feb 8, 2019`, `08/Feb/2019`, `8.2.2019`, weekdays, `yesterday`.

A date in figures that may be read with the day or with the month first (`03/04/2026`) is doubtful. Knows the present day as
an argument, and no clock time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

_MONTH_NAMES: Final = (
    "jan january januar janvier enero",
    "feb february februar février fevrier febrero",
    "mar march märz maerz mrz mars marzo",
    "apr april avril abril",
    "may mai mayo",
    "jun june juni juin junio",
    "jul july juli juillet julio",
    "aug august août aout agosto",
    "sep sept september septembre septiembre",
    "oct october okt oktober octobre octubre",
    "nov november novembre noviembre",
    "dec december dez dezember décembre decembre diciembre",
)
MONTHS: Final = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY: Final = re.compile(
    r"mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
)
_NAMED_DAYS: Final = {"today": 0, "tomorrow": 1, "yesterday": -1}
# English words too: in small letters they may start the text.
_ALSO_WORDS: Final = frozenset({"may", "march", "mars", "sat", "sun", "mon", "wed", "mar", "dec", "mai"})
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_DAY_NUMBER: Final = re.compile(r"(\d{1,2})(st|nd|rd|th|\.)?")
_YEAR_FIRST: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_FIGURES: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_MIXED: Final = re.compile(r"(\d{1,2})[-/ ]([a-zé]{3,9})[-/ ](\d{4}|\d{2})")


class DateWords(NamedTuple):
    """A date and how many words it took. `doubt` says why it is asked about (a key of the sentences), if it is.

    `year_given` is False for `8 Feb`, whose year may follow later. `weekday` is the day that a name alone gives.
    """

    day: date | None
    words: int
    doubt: str = ""
    year_given: bool = True
    weekday: int | None = None


def read_date(words: Sequence[str], today: date, *, past: bool) -> DateWords | None:
    """Parse the date that the first words are, in small letters and without commas; None if they are none."""
    first = words[0]
    if first in _NAMED_DAYS:
        return DateWords(today + timedelta(days=_NAMED_DAYS[first]), 1)
    if _WEEKDAY.fullmatch(first):
        return _weekday(first, today, past=past)
    try:
        return _in_figures(first) or _day_first(words, today, past=past) or _month_first(words, today, past=past)
    except ValueError:
        return None


def is_also_a_word(word: str) -> bool:
    """True for a name of a day or month that in small letters is a word of its own (`may`, `sun`)."""
    return word in _ALSO_WORDS


def year_of(word: str) -> int | None:
    """Return a year from 1900 to 2099, or None."""
    return int(word) if _YEAR.fullmatch(word) else None


def _weekday(word: str, today: date, *, past: bool) -> DateWords:
    number = _WEEKDAYS.index(word[:3])
    ahead = (number - today.weekday()) % 7
    return DateWords(today + timedelta(days=ahead - 7 if past and ahead else ahead), 1, weekday=number)


def _in_figures(word: str) -> DateWords | None:
    if found := _YEAR_FIRST.fullmatch(word):
        return DateWords(date(int(found[1]), int(found[3]), int(found[4])), 1)
    if found := _MIXED.fullmatch(word):
        month = MONTHS.get(found[2])
        return DateWords(date(_full_year(found[3]), month, int(found[1])), 1) if month else None
    if found := _FIGURES.fullmatch(word):
        return _ordered(int(found[1]), found[2], int(found[3]), found[4])
    return None


def _ordered(first: int, sign: str, second: int, year: str) -> DateWords | None:
    """Return a date in figures. Points are written with the day first; with a stroke the order must follow from the figures."""
    whole = _full_year(year)
    if len(year) == 2 or (sign != "." and first <= 12 and second <= 12 and first != second):
        return DateWords(None, 1, "date_order")
    day, month = (second, first) if second > 12 else (first, second)
    return DateWords(date(whole, month, day), 1)


def _full_year(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def _day_first(words: Sequence[str], today: date, *, past: bool) -> DateWords | None:
    """Parse `8 Feb 2019`, `21st of October`."""
    number = _DAY_NUMBER.fullmatch(words[0])
    at = 2 if list(words[1:2]) == ["of"] else 1
    if number is None or len(words) <= at:
        return None
    year = year_of(words[at + 1]) if len(words) > at + 1 else None
    return _dated(words[at], number[1], year, at + 1, today, past=past)


def _month_first(words: Sequence[str], today: date, *, past: bool) -> DateWords | None:
    """Parse `Feb 8 2019`, `2018 October 21`."""
    year = year_of(words[0])
    rest = words if year is None else words[1:]
    number = _DAY_NUMBER.fullmatch(rest[1]) if len(rest) > 1 else None
    if number is None:
        return None
    if year is None and len(rest) > 2:
        year = year_of(rest[2])
    return _dated(rest[0], number[1], year, 2, today, past=past)


def _dated(name: str, number: str, year: int | None, words: int, today: date, *, past: bool) -> DateWords | None:
    """Return the date of a month's name and a day's number; `words` are those besides the year."""
    month, day = MONTHS.get(name.rstrip(".")), int(number)
    if month is None:
        return None
    if year is not None:
        return DateWords(date(year, month, day), words + 1)
    meant = _nearest_year(month, day, today, past=past)
    if meant is None:
        return None
    far = abs(meant - today) > timedelta(days=183) or (not past and meant < today)
    return DateWords(meant, words, "date_year" if far else "", year_given=False)


def in_year_near(day: date, other: date) -> date:
    """Return a date without a year in the year that makes it nearest to another date."""
    years = (other.year - 1, other.year, other.year + 1)
    found = [one for year in years if (one := _date_or_none(year, day.month, day.day))]
    return min(found, key=lambda one: abs(one - other), default=day)


def _nearest_year(month: int, day: int, today: date, *, past: bool) -> date | None:
    """Return the date in the year that makes it nearest to today; with `past`, the latest that is not ahead."""
    candidates = [
        one for year in (today.year - 1, today.year, today.year + 1) if (one := _date_or_none(year, month, day))
    ]
    if past:
        behind = [one for one in candidates if one <= today]
        return behind[-1] if behind else None
    return min(candidates, key=lambda one: abs(one - today), default=None)


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
