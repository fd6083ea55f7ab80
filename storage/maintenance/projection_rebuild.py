"""Rebuild of the rows derived from the record: projections and chain heads. Never touches an entry.

It repairs problems of kind `rebuild`. Tampered and truncated chains stay as they are: rebuilt rows would hide the damage.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import Connection, update

from incident.entry import WORKSPACE, IncidentKey
from storage.database.upsert import insert_for
from storage.maintenance.verification import verify
from storage.record import projection
from storage.record.entry_rows import StoredEntryRow, rows_of_chain
from storage.store import Store
from storage.tables import CHAIN


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
        incident = None if key.id == WORKSPACE else projection.refold(connection, key)
        if incident is not None:
            projection.save(connection, incident)


def _save_head(connection: Connection, key: IncidentKey, last: StoredEntryRow) -> None:
    head = {"n": last.n, "head": last.hash, "recorded_at": datetime.fromisoformat(last.recorded_at)}
    ours = (CHAIN.c.team == key.team) & (CHAIN.c.incident == key.id)
    if connection.execute(update(CHAIN).where(ours).values(**head)).rowcount == 0:
        # The lost row also held the last checkpointed entry, so the next checkpoint covers the chain again.
        row = {"team": key.team, "incident": key.id, "checkpointed": 0, **head}
        connection.execute(insert_for(connection.dialect.name)(CHAIN).values(**row))
