"""Checks the assigned display numbers: each belongs to an incident or to a tombstone, and the counter is at the last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sqlalchemy import Connection

from incident.entry import workspace_chain
from storage.integrity.checks.check_report import Problem
from storage.integrity.checks.stored_cells import are_numbers, are_text, read_cells, shown

_NUMBER: Final = re.compile(r"INC-(\d{4})-(\d+)")


def last_numbers(numbers: Iterable[str]) -> dict[int, int]:
    """Return the highest display number of each year."""
    last: dict[int, int] = {}
    for match in filter(None, map(_NUMBER.fullmatch, numbers)):
        last[int(match[1])] = max(int(match[2]), last.get(int(match[1]), 0))
    return last


def check_numbers(connection: Connection, used: Mapping[str, set[str]]) -> Iterator[Problem]:
    """Yield the problems of each team's counters; `used` are the numbers of its incidents and tombstones."""
    counters: dict[str, dict[int, object]] = {}
    for team, year, value in read_cells(connection, "SELECT team, year, value FROM counter"):
        if are_text(team) and are_numbers(year):
            counters.setdefault(team, {})[year] = value
        else:
            what = f"the table counter has a row of no year: {shown(team)}, {shown(year)}"
            yield Problem(kind="tampered", what=what)
    for team in sorted(used.keys() | counters.keys()):
        numbers = used.get(team, set())
        last, values = last_numbers(numbers), counters.get(team, {})
        for year in sorted(last.keys() | values.keys()):
            yield from _check_year(team, year, values.get(year), last.get(year, 0), numbers)


def _check_year(team: str, year: int, value: object, last: int, used: set[str]) -> Iterator[Problem]:
    if not isinstance(value, int) or value < last:
        what = f"the counter of {year} is at {shown(value)}, the last number is {last}"
        yield Problem(kind="rebuild", key=workspace_chain(team), what=what)
        return
    present = {int(match[2]) for match in map(_NUMBER.fullmatch, used) if match and int(match[1]) == year}
    for first, end in _gaps(sorted(n for n in present if n > 0), value):
        one = f"INC-{year}-{first:04d} was assigned and no incident has it"
        several = f"INC-{year}-{first:04d} to INC-{year}-{end:04d} were assigned and no incident has them"
        yield Problem(kind="truncated", what=one if first == end else several)


def _gaps(present: list[int], until: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last number of each run that is missing up to `until`, however large that is."""
    expected = 1
    for n in [*present, until + 1]:
        if n > expected:
            yield expected, n - 1
        expected = n + 1
