"""Checks every chain against what was derived from it: its head and its projection."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json
from sqlalchemy import Connection

from incident.aggregate import Aggregate
from incident.entries.integrity import Checkpointed, KeyRotated, PolicyActivated, Retired
from incident.entries.lifecycle import Undone
from incident.entry import WORKSPACE, Entry, IncidentKey
from incident.fold.aggregate_fold import AggregateFold, RunningFold
from incident.fold.fold import INCIDENT
from incident.frozen import utc_text
from incident.model.incident import Incident
from organisation.fold.organisation_fold import ORGANISATION
from storage.integrity.checkpoints import Leaf
from storage.integrity.checks.check_report import Problem
from storage.integrity.checks.entry_check import UNREADABLE, BrokenEntry, ChainCheck, CheckedEntry, unreadable
from storage.integrity.checks.stored_cells import are_numbers, are_text, columns_of, entry_cells, read_cells, shown
from storage.record.open_list import concerned_people
from storage.record.projections import projection

EntryPosition = tuple[IncidentKey, int]
_CHAINED = ("chain", "entry", "body", "incident", "organisation", "concerned")
_TEXTS: Final = "FROM body b WHERE b.team = :team AND b.incident = :incident"
# The facts of the workspace chain that other checks compare.
_COMPARED: Final = frozenset(fact.kind for fact in (Checkpointed, KeyRotated, PolicyActivated, Retired))


def chain_keys(connection: Connection) -> tuple[list[IncidentKey], list[Problem]]:
    """Return the key of every chain with any stored row, and a problem for each row whose key is no text."""
    keys: set[IncidentKey] = set()
    problems = []
    for table in _CHAINED:
        for team, incident in read_cells(connection, f"SELECT DISTINCT team, incident FROM {table}"):  # noqa: S608 - constants only
            if are_text(team, incident):
                keys.add(IncidentKey(team, incident))
            else:
                what = f"the table {table} has a row of no chain: {shown(team)}, {shown(incident)}"
                problems.append(Problem(kind="tampered", what=what))
    return sorted(keys), problems


@dataclass
class ChainFindings:
    """What the walk over one chain found. `hashes` has the hash of each entry that was asked for.

    `workspace_entries` are the entries of the workspace chain that other checks compare, `state` is the fold of the chain.
    """

    key: IncidentKey
    entries: int = 0
    is_sound: bool = True
    problems: list[Problem] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)
    workspace_entries: list[Entry] = field(default_factory=list)
    state: Aggregate | None = None
    number: str | None = None
    policy_hash: str | None = None
    is_walked: bool = True

    def without_state(self) -> ChainFindings:
        """Return the findings with what other checks need of the folded state in its place."""
        if not isinstance(self.state, Incident):
            return replace(self, state=None)
        return replace(self, state=None, number=self.state.number, policy_hash=self.state.policy_hash)


class ChainWalk:
    """What the walks over all chains found, for the checks that compare chains with each other and with checkpoints."""

    def __init__(self) -> None:
        self.hashes: dict[EntryPosition, str] = {}
        self.entries = 0
        self.seen: set[IncidentKey] = set()
        self.sound: set[IncidentKey] = set()
        self.workspace_entries: list[Entry] = []
        self.numbers: dict[str, set[str]] = {}
        self.policy_hashes: dict[IncidentKey, str] = {}
        self.unchanged = 0

    def add(self, found: ChainFindings) -> None:
        """Add the findings of one chain."""
        self.seen.add(found.key)
        self.sound |= {found.key} if found.is_sound else set()
        self.entries += found.entries
        self.hashes.update({(found.key, n): hash_ for n, hash_ in found.hashes.items()})
        self.workspace_entries += found.workspace_entries
        self.unchanged += not found.is_walked
        small = found.without_state()
        if small.number is not None:
            self.numbers.setdefault(found.key.team, set()).add(small.number)
        if small.policy_hash is not None:
            self.policy_hashes[found.key] = small.policy_hash


def walk_chain(connection: Connection, key: IncidentKey, named: Collection[int], covered: int | None) -> ChainFindings:
    """Walk one chain and compare the rows derived from it.

    `named` are the numbers of the entries whose hashes checkpoints name; `covered` is the last one under a stored
    checkpoint, None when that is not known.
    """
    of: AggregateFold[Any] = ORGANISATION if key.id == WORKSPACE else INCIDENT
    running = of.running(_undone(connection, key))
    found, check = ChainFindings(key), ChainCheck(key, running, _COMPARED, named)
    found.hashes = check.hashes
    try:
        for checked in check.walk(entry_cells(connection, key)):
            _fold(running, checked, found)
        found.entries, found.state = check.n, running.state
    except BrokenEntry as broken:
        found.is_sound, found.entries = False, broken.n - 1
        found.problems.append(Problem(kind="tampered", key=key, n=broken.n, what=broken.what))
        # The entries cannot say which number the incident has; without one it would be reported as missing too.
        row = _row_of(connection, "incident", key)
        found.number = row["number"] if row is not None and are_text(row["number"]) else None
        return found
    found.problems += _check_head(connection, check, covered)
    found.problems += _check_text_without_entry(connection, check)
    found.problems += (Problem(kind="tampered", key=key, n=b.n, what=b.what) for b in check.redactions())
    found.problems += _check_row(connection, check, found.state)
    return found


def _undone(connection: Connection, key: IncidentKey) -> frozenset[int]:
    """Return the numbers that entries of a chain take back, as they are stored: the walk checks these entries in their turn."""
    # The numbers come from an index; asked for the texts at once, SQLite would read the whole chain.
    ours = "FROM entry WHERE team = :team AND incident = :incident"
    query = f"SELECT text {ours} AND n IN (SELECT n {ours} AND kind = :kind)"
    numbers: set[int] = set()
    for (text,) in read_cells(connection, query, team=key.team, incident=key.id, kind=Undone.kind):
        with suppress(*UNREADABLE):
            numbers.update(from_json(text)["facts"]["entries"])
    return frozenset(numbers)


def unchanged_chain(connection: Connection, leaf: Leaf, named: Collection[int]) -> ChainFindings | None:
    """Return the findings of a chain that still ends where a verified checkpoint saw it end; None if it does not.

    Its entries are not read again: only their numbers, the hashes that checkpoints name, and the rows derived last.
    """
    key, chain = leaf.key, _row_of(connection, "chain", leaf.key)
    row = _row_of(connection, "incident", key)
    if chain is None or row is None or (chain["n"], chain["head"], row["n"]) != (leaf.n, leaf.head, leaf.n):
        return None
    ours = "FROM entry WHERE team = :team AND incident = :incident"
    of = {"team": key.team, "incident": key.id}
    ((count, last),) = read_cells(connection, f"SELECT count(*), max(n) {ours}", **of)
    hashes = {
        n: hash_
        for place in {*named, leaf.n}
        for n, hash_ in read_cells(connection, f"SELECT n, hash {ours} AND n = :n", **of, n=place)
    }
    if (count, last) != (leaf.n, leaf.n) or hashes.get(leaf.n) != leaf.head or not are_text(row["number"]):
        return None
    return ChainFindings(key, entries=count, hashes=hashes, number=row["number"], is_walked=False)


def _fold(running: RunningFold[Any], checked: CheckedEntry, found: ChainFindings) -> None:
    kind = checked.fact.kind
    try:
        if kind in _COMPARED:
            found.workspace_entries.append(checked.entry)
        if running.passes_over(kind, checked.n):
            running.pass_over(kind, checked.by, occurred_at=checked.occurred_at, recorded_at=checked.recorded_at)
        else:
            running.apply(checked.entry)
    except UNREADABLE as error:
        raise unreadable(checked.n, error) from error


def _check_text_without_entry(connection: Connection, check: ChainCheck) -> Iterator[Problem]:
    chain = {"team": check.key.team, "incident": check.key.id}
    ((texts,),) = read_cells(connection, f"SELECT count(*) {_TEXTS}", **chain)
    if texts == check.texts:
        return
    missing = "NOT EXISTS (SELECT 1 FROM entry e WHERE e.team = b.team AND e.incident = b.incident AND e.n = b.n)"
    for (n,) in read_cells(connection, f"SELECT b.n {_TEXTS} AND {missing} LIMIT 1", **chain):
        what = f"entry {shown(n)} is missing, its text exists"
        yield Problem(kind="truncated", key=check.key, n=n if type(n) is int else None, what=what)


def _row_of(connection: Connection, table: str, key: IncidentKey) -> dict[str, Any] | None:
    return next(iter(_rows_of(connection, table, key)), None)


def _rows_of(connection: Connection, table: str, key: IncidentKey) -> list[dict[str, Any]]:
    columns = columns_of(table)
    query = f"SELECT {columns} FROM {table} WHERE team = :team AND incident = :incident"  # noqa: S608 - constants only
    rows = read_cells(connection, query, team=key.team, incident=key.id)
    names = columns.replace('"', "").split(", ")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _check_head(connection: Connection, check: ChainCheck, covered: int | None) -> Iterator[Problem]:
    row = _row_of(connection, "chain", check.key)
    if row is None:
        yield Problem(kind="rebuild", key=check.key, what="the row of the chain's head is missing")
        return
    if are_numbers(row["n"]) and row["n"] > check.n:
        yield _truncated(check, f"the chain ended at entry {row['n']}")
    elif (row["n"], row["head"]) != (check.n, check.head) or (check.n and row["recorded_at"] != check.recorded_at):
        yield Problem(kind="rebuild", key=check.key, what="the row of the chain's head is wrong")
    elif covered is not None and row["checkpointed"] != covered:
        what = (
            f"the row of the chain's head is wrong: entry {shown(row['checkpointed'])} is recorded as the last one under "
            f"a checkpoint, it is {covered or 'none'}"
        )
        yield Problem(kind="rebuild", key=check.key, what=what)


def _truncated(check: ChainCheck, why: str) -> Problem:
    return Problem(kind="truncated", key=check.key, n=check.n + 1, what=f"entry {check.n + 1} is missing: {why}")


def _check_row(connection: Connection, check: ChainCheck, state: Aggregate | None) -> Iterator[Problem]:
    row = _row_of(connection, projection.of_key(check.key).table.name, check.key)
    if row is not None and are_numbers(row["n"]) and row["n"] > check.n:
        yield _truncated(check, f"the projection was folded at entry {row['n']}")
    elif state is None:
        if row is not None or _rows_of(connection, "concerned", check.key):
            yield _truncated(check, "it has a projection")
    elif row is None or not _matches(row, state) or not _concerns(connection, state):
        yield Problem(
            kind="rebuild", key=check.key, n=check.n, what="the projection differs from the fold of its entries"
        )


def _matches(row: dict[str, Any], state: Aggregate) -> bool:
    # A row of another release is folded again when it is next read, so its model and text may differ.
    try:
        expected = {name: _stored(value) for name, value in projection.of_key(state.key).columns(state).items()}
    except UNREADABLE:
        return False
    stale = are_text(row["shape"]) and row["shape"] != expected["shape"]
    return _agrees({name: value for name, value in row.items() if not (stale and name in _SHAPED)}, expected)


def _concerns(connection: Connection, state: Aggregate) -> bool:
    """True if the people whom an incident concerns are stored as its entries say."""
    expected = concerned_people.rows(state) if isinstance(state, Incident) else {}
    stored = _rows_of(connection, "concerned", state.key)
    return len(stored) == len(expected) and all(_agrees(row, expected.get(row["person"], {})) for row in stored)


def _agrees(row: dict[str, Any], expected: dict[str, Any]) -> bool:
    return all(name in expected and _same(value, expected[name]) for name, value in row.items())


def _stored(value: object) -> object:
    return utc_text(value) if isinstance(value, datetime) else value


def _same(value: object, expected: object) -> bool:
    """True if a cell holds the expected value; SQLite stores true and false as 1 and 0."""
    kinds = (bool, int) if isinstance(expected, bool) else (type(expected),)
    return type(value) in kinds and value == expected


_SHAPED = ("shape", "folded")
