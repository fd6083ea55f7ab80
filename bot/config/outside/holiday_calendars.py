"""The calendars that business days are counted by: the holidays of a country or of a part of it, computed for this century."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Final

from incident.outside.regimes import BusinessCalendar
from incident.policy import Policy

_FIRST: Final = 2000
_LAST: Final = 2101
FEDERAL: Final = "us_federal"


class UnknownCalendar(ValueError):  # noqa: N818 - names what is wrong, as the other errors of configuration do
    """There are no holidays under a name."""


@cache
def calendar_named(name: str) -> BusinessCalendar:
    """Return a calendar without closures: `us_federal`, a country as in `DE`, or a part of it as in `DE-BE`. Raises UnknownCalendar."""
    # Imported where it is needed: few organisations have a clock that counts business days.
    from holidays import country_holidays, list_supported_countries

    country, _, part = ("US", "", "") if name == FEDERAL else name.partition("-")
    parts = list_supported_countries().get(country)
    if parts is None or (part and part not in parts):
        raise UnknownCalendar(f"there is no calendar {name}")
    days = country_holidays(country, subdiv=part or None, years=range(_FIRST, _LAST + 1))
    return BusinessCalendar(first=date(_FIRST, 1, 1), last=date(_LAST, 12, 31), closed=frozenset(days))


def with_holidays(policy: Policy) -> Policy:
    """Return a policy whose business hours know the holidays of their calendar; as it is without one that is known."""
    name = policy.business_hours.calendar
    if name is None or not is_known(name):
        return policy
    calendar = calendar_named(name)
    hours = policy.business_hours.with_public_holidays(calendar.closed, calendar.last)
    return policy.model_copy(update={"business_hours": hours})


def is_known(name: str) -> bool:
    """True if there are holidays under a name."""
    try:
        calendar_named(name)
    except UnknownCalendar:
        return False
    return True
