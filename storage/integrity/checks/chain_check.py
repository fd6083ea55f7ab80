"""Checks every chain against what was derived from it: its head, its projection, the assigned numbers."""

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
from storage.integrity.checks.entry_check import BrokenEntry, ChainCheck
from storage.integrity.checks.tombstone_check import Tombstones
from storage.record import projection
from storage.record.entry_rows import rows_of_chain
from storage.record.open_list import concerned_people
from storage.tables import BODY, CHAIN, COUNTER, ENTRY, INCIDENT

EntryPosition = tuple[IncidentKey, int]


def chain_keys(connection: Connection) -> list[IncidentKey]:
    """Return the key of every chain with any stored row."""
    parts = (select(table.c.team, table.c.incident) for table in (CHAIN, ENTRY, BODY, INCIDENT))
    return sorted(IncidentKey(row.team, row.incident) for row in connection.execute(union(*parts)))


class ChainWalk:
    """What the walk over all chains collects: the hashes at the heads that checkpoints name, tombstones and key rotations.

    `seen` are the chains that were walked, `sound` those without a broken entry.
    """

    def __init__(self, positions: frozenset[EntryPosition]) -> None:
        self.positions = positions
        self.hashes: dict[EntryPosition, str] = {}
        self.entries = 0
        self.seen: set[IncidentKey] = set()
        self.workspace_entries: list[Entry] = []
        self.sound: set[IncidentKey] = set()


def check_chain(connection: Connection, key: IncidentKey, walk: ChainWalk) -> Iterator[Problem]:
    """Yield the problems of one chain: its first broken entry, or else derived rows that do not follow from it."""
    check = ChainCheck(key)
    walk.seen.add(key)
    incident: Incident | None = None
    try:
        for row, entry in check.walk(rows_of_chain(connection, key)):
            walk.entries += 1
            if (key, row.n) in walk.positions:
                walk.hashes[key, row.n] = row.hash
            if key.id == WORKSPACE:
                walk.workspace_entries += [entry] if isinstance(entry.fact, Retired | KeyRotated) else []
            else:
                incident = fold.apply(incident, entry)
    except BrokenEntry as broken:
        yield Problem(kind="tampered", key=key, n=broken.n, what=broken.what)
        return
    walk.sound.add(key)
    yield from _check_head(connection, check)
    yield from _check_text_without_entry(connection, check)
    yield from (Problem(kind="tampered", key=key, n=b.n, what=b.what) for b in check.redactions())
    if key.id != WORKSPACE:
        yield from _check_row(connection, check, incident)


def _check_text_without_entry(connection: Connection, check: ChainCheck) -> Iterator[Problem]:
    ours = (BODY.c.team == check.key.team) & (BODY.c.incident == check.key.id) & (BODY.c.n > check.n)
    first = connection.execute(select(BODY.c.n).where(ours).order_by(BODY.c.n).limit(1)).scalar_one_or_none()
    if first is not None:
        yield Problem(kind="truncated", key=check.key, n=first, what=f"entry {first} is missing, its text exists")


def _check_head(connection: Connection, check: ChainCheck) -> Iterator[Problem]:
    ours = (CHAIN.c.team == check.key.team) & (CHAIN.c.incident == check.key.id)
    row = connection.execute(select(CHAIN).where(ours)).one_or_none()
    if row is None:
        yield Problem(kind="rebuild", key=check.key, what="the row of the chain's head is missing")
    elif row.n > check.n:
        yield _truncated(check, f"the chain ended at entry {row.n}")
    elif (row.n, row.head) != (check.n, check.head) or (row.n and utc_text(row.recorded_at) != check.recorded_at):
        yield Problem(kind="rebuild", key=check.key, what="the row of the chain's head is wrong")


def _truncated(check: ChainCheck, why: str) -> Problem:
    return Problem(kind="truncated", key=check.key, n=check.n + 1, what=f"entry {check.n + 1} is missing: {why}")


def _check_row(connection: Connection, check: ChainCheck, incident: Incident | None) -> Iterator[Problem]:
    ours = (INCIDENT.c.team == check.key.team) & (INCIDENT.c.incident == check.key.id)
    row = connection.execute(select(INCIDENT).where(ours)).one_or_none()
    if row is not None and row.n > check.n:
        yield _truncated(check, f"the incident was folded at entry {row.n}")
    elif incident is not None and (
        row is None or not _matches(row, incident) or not concerned_people.is_saved(connection, incident)
    ):
        yield Problem(
            kind="rebuild", key=check.key, n=check.n, what="the projection differs from the fold of its entries"
        )


def _matches(row: Row[Any], incident: Incident) -> bool:
    # A row of another release is folded again when it is next read, so its model and text may differ.
    expected = projection.columns(incident)
    stale = row.shape != expected["shape"]
    return all(value == expected[name] for name, value in row._mapping.items() if not (stale and name in _SHAPED))


_SHAPED = ("shape", "folded")


def check_numbers(connection: Connection, tombstones: Tombstones) -> Iterator[Problem]:
    """Yield a problem for each assigned display number that no incident and no tombstone has."""
    for team, year, last in connection.execute(select(COUNTER.c.team, COUNTER.c.year, COUNTER.c.value)):
        ours = (INCIDENT.c.team == team) & INCIDENT.c.number.startswith(f"INC-{year}-")
        used = tombstones.numbers(team).union(connection.execute(select(INCIDENT.c.number).where(ours)).scalars())
        for value in range(1, last + 1):
            number = f"INC-{year}-{value:04d}"
            if number not in used:
                yield Problem(kind="truncated", what=f"{number} was assigned and no incident has it")
