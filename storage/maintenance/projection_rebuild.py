"""Rebuild of the rows derived from the record: projections, chain heads, counters, active policies. Never touches an entry.

It repairs problems of kind `rebuild`. Tampered and truncated chains stay as they are: rebuilt rows would hide the damage.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, delete, insert, select

from incident.entries.integrity import PolicyActivated
from incident.entry import WORKSPACE, Entry, IncidentKey
from storage.integrity.checks.checkpoint_rows import covered_by, read_checkpoints
from storage.integrity.checks.number_check import last_numbers
from storage.integrity.checks.policy_text_check import active_rows
from storage.integrity.checks.stored_cells import read_cells
from storage.maintenance.verification import verify
from storage.record.entry_rows import StoredEntryRow, rows_of_chain, to_entry
from storage.record.projections import projection
from storage.store import Store
from storage.tables import CHAIN, COUNTER, INCIDENT, POLICY_ACTIVE


def rebuild(store: Store) -> tuple[IncidentKey, ...]:
    """Rebuild the rows of every intact chain that needs it, and return their keys."""
    problems = verify(store).problems
    tampered = {problem.key for problem in problems if problem.kind in ("tampered", "truncated")}
    derived = {problem.key for problem in problems if problem.kind == "rebuild" and problem.key is not None}
    rebuilt = tuple(sorted(derived - tampered))
    for key in rebuilt:
        store.transactions.write(partial(_rebuild, key=key))
    return rebuilt


def _rebuild(connection: Connection, key: IncidentKey) -> None:
    rows = tuple(rows_of_chain(connection, key))
    if rows:
        _save_head(connection, key, rows[-1])
    if key.id == WORKSPACE:
        _save_policies(connection, key.team, [to_entry(row) for row in rows if row.kind == PolicyActivated.kind])
        _save_counters(connection, key.team)
    state, table = projection.refold(connection, key), projection.of_key(key).table
    connection.execute(delete(table).where(table.c.team == key.team, table.c.incident == key.id))
    if state is not None:
        projection.save(connection, state)


def _save_head(connection: Connection, key: IncidentKey, last: StoredEntryRow) -> None:
    stored, _ = read_checkpoints(connection, key.team)
    head = {"n": last.n, "head": last.hash, "recorded_at": datetime.fromisoformat(last.recorded_at)}
    row = {"team": key.team, "incident": key.id, "checkpointed": covered_by(stored).get(key, 0), **head}
    connection.execute(delete(CHAIN).where(CHAIN.c.team == key.team, CHAIN.c.incident == key.id))
    connection.execute(insert(CHAIN).values(**row))


def _save_policies(connection: Connection, team: str, entries: Sequence[Entry]) -> None:
    connection.execute(delete(POLICY_ACTIVE).where(POLICY_ACTIVE.c.team == team))
    for seq, name, since in active_rows(entries):
        row = {"team": team, "seq": seq, "hash": name, "since": datetime.fromisoformat(since)}
        connection.execute(insert(POLICY_ACTIVE).values(**row))


def _save_counters(connection: Connection, team: str) -> None:
    """Raise each counter that is below the last number used, or no number; a higher one stays, as a trace of the lost."""
    used = connection.execute(select(INCIDENT.c.number).where(INCIDENT.c.team == team)).scalars()
    counters = read_cells(connection, "SELECT year, value FROM counter WHERE team = :team", team=team)
    stored = {row[0]: row[1] for row in counters}
    for year, last in last_numbers(used).items():
        value = stored.get(year)
        if not isinstance(value, int) or value < last:
            connection.execute(delete(COUNTER).where(COUNTER.c.team == team, COUNTER.c.year == year))
            connection.execute(insert(COUNTER).values(team=team, year=year, value=last))
