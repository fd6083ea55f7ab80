"""Checks every chain against what was derived from it: where it ends, its folded row, the numbers that were given out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select, union

from incident.entries.integrity import KeyRotated, Retired
from incident.entry import WORKSPACE, Entry, IncidentKey
from incident.fold import fold
from incident.frozen import utc_text
from incident.model.incident import Incident
from storage.integrity.checks.check_report import Problem
from storage.integrity.checks.entry_check import Broken, ChainCheck
from storage.integrity.checks.tombstone_check import Tombstones
from storage.record import projection
from storage.record.entry_rows import chain_lines
from storage.tables import BODY, CHAIN, COUNTER, ENTRY, INCIDENT

Place = tuple[IncidentKey, int]


def keys(connection: Connection) -> list[IncidentKey]:
    """Name every chain of which anything is stored."""
    parts = (select(table.c.team, table.c.incident) for table in (CHAIN, ENTRY, BODY, INCIDENT))
    return sorted(IncidentKey(row.team, row.incident) for row in connection.execute(union(*parts)))


class Heads:
    """What is picked up while the chains are walked: the hashes that checkpoints ask for, tombstones and new keys.

    `known` are the chains that were looked at, `walked` those that held to their end.
    """

    def __init__(self, wanted: frozenset[Place]) -> None:
        self.wanted = wanted
        self.found: dict[Place, str] = {}
        self.entries = 0
        self.known: set[IncidentKey] = set()
        self.told: list[Entry] = []
        self.walked: set[IncidentKey] = set()


def check_chain(connection: Connection, key: IncidentKey, heads: Heads) -> Iterator[Problem]:
    """Give what is wrong with one chain: the first broken entry, or else what no longer follows from it."""
    check = ChainCheck(key)
    heads.known.add(key)
    incident: Incident | None = None
    try:
        for line, entry in check.walk(chain_lines(connection, key)):
            heads.entries += 1
            if (key, line.n) in heads.wanted:
                heads.found[key, line.n] = line.hash
            if key.id == WORKSPACE:
                heads.told += [entry] if isinstance(entry.fact, Retired | KeyRotated) else []
            else:
                incident = fold.apply(incident, entry)
    except Broken as broken:
        yield Problem(kind="tampered", key=key, n=broken.n, what=broken.what)
        return
    heads.walked.add(key)
    yield from _check_end(connection, check)
    yield from _check_words_without_entry(connection, check)
    yield from (Problem(kind="tampered", key=key, n=b.n, what=b.what) for b in check.redactions())
    if key.id != WORKSPACE:
        yield from _check_row(connection, check, incident)


def _check_words_without_entry(connection: Connection, check: ChainCheck) -> Iterator[Problem]:
    mine = (BODY.c.team == check.key.team) & (BODY.c.incident == check.key.id) & (BODY.c.n > check.n)
    first = connection.execute(select(BODY.c.n).where(mine).order_by(BODY.c.n).limit(1)).scalar_one_or_none()
    if first is not None:
        yield Problem(kind="truncated", key=check.key, n=first, what=f"entry {first} is missing, its words are there")


def _check_end(connection: Connection, check: ChainCheck) -> Iterator[Problem]:
    mine = (CHAIN.c.team == check.key.team) & (CHAIN.c.incident == check.key.id)
    row = connection.execute(select(CHAIN).where(mine)).one_or_none()
    if row is None:
        yield Problem(kind="rebuild", key=check.key, what="the row that says where the chain ends is missing")
    elif row.n > check.n:
        yield _cut(check, f"the chain ended at entry {row.n}")
    elif (row.n, row.head) != (check.n, check.head) or (row.n and utc_text(row.recorded_at) != check.recorded_at):
        yield Problem(kind="rebuild", key=check.key, what="the row that says where the chain ends says it wrongly")


def _cut(check: ChainCheck, why: str) -> Problem:
    return Problem(kind="truncated", key=check.key, n=check.n + 1, what=f"entry {check.n + 1} is missing: {why}")


def _check_row(connection: Connection, check: ChainCheck, incident: Incident | None) -> Iterator[Problem]:
    mine = (INCIDENT.c.team == check.key.team) & (INCIDENT.c.incident == check.key.id)
    row = connection.execute(select(INCIDENT).where(mine)).one_or_none()
    if row is not None and row.n > check.n:
        yield _cut(check, f"the incident was folded at entry {row.n}")
    elif incident is not None and (row is None or not _says(row, incident)):
        yield Problem(kind="rebuild", key=check.key, n=check.n, what="the folded incident is not what its entries give")


def _says(row: Row[Any], incident: Incident) -> bool:
    # A row that another release wrote in another shape is folded again when it is next read, so it is not wrong.
    wanted = projection.columns(incident)
    stale = row.shape != wanted["shape"]
    return all(value == wanted[name] for name, value in row._mapping.items() if not (stale and name in _SHAPED))


_SHAPED = ("shape", "folded")


def check_numbers(connection: Connection, tombs: Tombstones) -> Iterator[Problem]:
    """Give the display numbers that were given out and that neither an incident nor a tombstone bears."""
    for team, year, last in connection.execute(select(COUNTER.c.team, COUNTER.c.year, COUNTER.c.value)):
        mine = (INCIDENT.c.team == team) & INCIDENT.c.number.startswith(f"INC-{year}-")
        borne = tombs.numbers(team).union(connection.execute(select(INCIDENT.c.number).where(mine)).scalars())
        for value in range(1, last + 1):
            number = f"INC-{year}-{value:04d}"
            if number not in borne:
                yield Problem(kind="truncated", what=f"{number} was given out and no incident bears it")
