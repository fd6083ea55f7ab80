"""Checks of strings with a format: web addresses, dates, times, time zones, numbers, e-mail addresses, colours.

Each is a check as in `value_kinds`; a string in another format gets a message that shows the right one.
"""

from collections.abc import Callable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from sandbox.blocks.value_kinds import Check, add_problem, string
from sandbox.state.text_formats import COLOUR, as_number, is_clock_time, is_date, is_email, is_link, is_web_url


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _formatted(matches: Callable[[str], bool], message: str, limit: str | None = None) -> Check:
    """Require a string within a length that has a format."""
    within = string(limit)

    def check(problems: list[str], pointer: str, value: Any) -> None:
        before = len(problems)
        within(problems, pointer, value)
        if len(problems) == before and not matches(value):
            add_problem(problems, pointer, message)

    return check


def link(limit: str) -> Check:
    """Require an address that a button or an option opens."""
    return _formatted(is_link, "invalid url", limit)


def web_url(limit: str) -> Check:
    """Require an http or https address."""
    return _formatted(is_web_url, "invalid url", limit)


def https_url(limit: str) -> Check:
    """Require an https address."""
    return _formatted(lambda value: is_web_url(value, ("https",)), "must be an https url", limit)


CALENDAR_DATE = _formatted(is_date, "must be a valid date in the format YYYY-MM-DD")
TIME_OF_DAY = _formatted(is_clock_time, "must be a valid time in the format HH:mm")
TIME_ZONE = _formatted(lambda value: value in _time_zones(), "must be a valid IANA timezone")
NUMBER_TEXT = _formatted(lambda value: as_number(value) is not None, "must be a number")
EMAIL_TEXT = _formatted(is_email, "must be a valid email address")
COLOUR_TEXT = _formatted(lambda value: COLOUR.fullmatch(value) is not None, "must be a hex color")
