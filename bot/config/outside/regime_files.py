"""Reads the data files of regimes, one for each, and computes the calendars they count by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from bot.config.outside.holiday_calendars import FEDERAL, calendar_named, with_holidays
from bot.plain_yaml import load_yaml
from incident.outside.regimes import BusinessCalendar, Regime, RegimeBook
from incident.policy import Policy
from incident.rules.outside.pack_sources import SOURCES
from incident.rules.outside.pack_values import STAGE

FOLDER: Final = Path(__file__).parent / "regimes"


class InvalidRegime(ValueError):  # noqa: N818 - names what is wrong, as the other errors of configuration do
    """A data file of a regime that cannot be used, with what is wrong in it."""


@cache
def known_regimes(folder: Path = FOLDER) -> tuple[Regime, ...]:
    """Return every regime that has a file, sorted by id. Raises InvalidRegime."""
    return tuple(_read(path) for path in sorted(folder.glob("*.yaml")))


def with_regimes(policy: Policy) -> Policy:
    """Return a policy with the regimes of this release, the calendars that its own count by, and the holidays of its own."""
    regimes = known_regimes()
    used = {regime.id: regime for regime in regimes if regime.id in policy.regimes}
    names = {stage.length.calendar for one in used.values() for stage in one.stages if stage.length.calendar}
    calendars = {name: _with_closures(name, policy.reporting.closures) for name in sorted(names)}
    return with_holidays(policy).with_regime_book(RegimeBook(regimes=regimes, calendars=calendars))


def _read(path: Path) -> Regime:
    try:
        regime = Regime.model_validate(load_yaml(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise InvalidRegime(f"{path.name}: {error}") from error
    sources = {field.source for stage in regime.stages for field in stage.fields if field.source}
    if unknown := sorted(sources - {*SOURCES, STAGE}):
        raise InvalidRegime(f"{path.name}: no rule finds a value from {', '.join(unknown)}")
    calendars = {stage.length.calendar for stage in regime.stages} - {None, FEDERAL}
    if calendars:
        raise InvalidRegime(f"{path.name}: there is no calendar {', '.join(sorted(str(one) for one in calendars))}")
    if regime.id != path.stem:
        raise InvalidRegime(f"{path.name}: its id is {regime.id}, which is not the name of the file")
    return regime


def _with_closures(name: str, closures: Mapping[str, Iterable[date]]) -> BusinessCalendar:
    """Return a calendar with the days on which the policy closes it besides."""
    calendar = calendar_named(name)
    return calendar.model_copy(update={"closed": calendar.closed | frozenset(closures.get(name, ()))})
