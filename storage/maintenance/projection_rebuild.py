"""Makes again what is derived from the record: folded incidents and where each chain ends. Never touches an entry.

For when a check says `rebuild`. What a check calls `tampered` or `truncated` stays as it is: making rows agree with it would hide it.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import Connection, update

from incident.entry import WORKSPACE, IncidentKey
from storage.database.upsert import insert_for
from storage.maintenance.verification import verify
from storage.record import projection
from storage.record.entry_rows import StoredEntryRow, chain_lines
from storage.store import Store
from storage.tables import CHAIN


def rebuild(store: Store) -> tuple[IncidentKey, ...]:
    """Make the rows again of every chain that needs it and is itself sound; give those chains."""
    problems = verify(store).problems
    tampered = {problem.key for problem in problems if problem.kind in ("tampered", "truncated")}
    wanted = {problem.key for problem in problems if problem.kind == "rebuild" and problem.key is not None}
    rebuilt = tuple(sorted(wanted - tampered))
    for key in rebuilt:
        store.transactions.write(partial(_rebuild, key=key))
    return rebuilt


def _rebuild(connection: Connection, key: IncidentKey) -> None:
    lines = tuple(chain_lines(connection, key))
    if lines:
        _end(connection, key, lines[-1])
        incident = None if key.id == WORKSPACE else projection.refold(connection, key)
        if incident is not None:
            projection.put(connection, incident)


def _end(connection: Connection, key: IncidentKey, last: StoredEntryRow) -> None:
    ends = {"n": last.n, "head": last.hash, "recorded_at": datetime.fromisoformat(last.recorded_at)}
    ours = (CHAIN.c.team == key.team) & (CHAIN.c.incident == key.id)
    if connection.execute(update(CHAIN).where(ours).values(**ends)).rowcount == 0:
        # Without its row nobody knows what a checkpoint saw last, so the next one covers the chain again.
        row = {"team": key.team, "incident": key.id, "checkpointed": 0, **ends}
        connection.execute(insert_for(connection.dialect.name)(CHAIN).values(**row))
