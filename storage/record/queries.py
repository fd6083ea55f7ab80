"""Queries for surfaces, exports and checks: incidents, chains, stored rows. Decides no visibility."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import RowMapping, func, select

from incident.entry import IncidentKey
from incident.frozen import Frozen, Utc
from incident.model.incident import Incident
from storage.database.transactions import Transactions
from storage.errors import BrokenRow
from storage.record.entry_rows import StoredEntryRow, rows_of_chain
from storage.record.projections import projection
from storage.tables import CHAIN, ENTRY, INCIDENT


class ListedIncident(Frozen):
    """One incident in a list, without personal text."""

    key: IncidentKey
    number: str
    state: str
    service: str
    priority: str | None
    channel: str | None
    declared_at: Utc
    is_over: bool
    major: bool
    drill: bool
    restricted: bool


class Queries:
    """Queries of committed state. Callers that show a result check `incident/rules/visibility.py` first."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def incidents(
        self,
        team: str,
        *,
        is_over: bool | None = None,
        service: str | None = None,
        since: datetime | None = None,
        limit: int = 200,
    ) -> tuple[ListedIncident, ...]:
        """Return up to `limit` incidents, newest first. Raises `BrokenRow` for a row that no Muster wrote."""
        query = select(INCIDENT).where(INCIDENT.c.team == team)
        if is_over is not None:
            query = query.where(INCIDENT.c.is_over.is_(is_over))
        if service is not None:
            query = query.where(INCIDENT.c.service == service)
        if since is not None:
            query = query.where(INCIDENT.c.declared_at >= since)
        newest = query.order_by(INCIDENT.c.incident.desc()).limit(limit)
        rows = self._transactions.read(lambda connection: connection.execute(newest).mappings().all())
        return tuple(_listed(team, row) for row in rows)

    def incident(self, key: IncidentKey) -> Incident | None:
        """Return one folded incident."""
        return self._transactions.read(lambda connection: projection.load(connection, key))

    def rows(self, key: IncidentKey, *, after: int = 0) -> Sequence[StoredEntryRow]:
        """Return the stored rows of a chain, from the one after `after`: text, hash, salt and redactable text."""
        return self._transactions.read(lambda connection: tuple(rows_of_chain(connection, key, after=after)))

    def chain_keys(self, team: str | None = None) -> tuple[IncidentKey, ...]:
        """Return the key of every chain, workspace chains included."""
        query = select(CHAIN.c.team, CHAIN.c.incident).order_by(CHAIN.c.team, CHAIN.c.incident)
        query = query if team is None else query.where(CHAIN.c.team == team)
        rows = self._transactions.read(lambda connection: connection.execute(query).all())
        return tuple(IncidentKey(row.team, row.incident) for row in rows)

    def entry_counts(self, key: IncidentKey) -> dict[str, int]:
        """Return the number of entries of a chain by kind."""
        counted = select(ENTRY.c.kind, func.count()).where(ENTRY.c.team == key.team, ENTRY.c.incident == key.id)
        rows = self._transactions.read(lambda connection: connection.execute(counted.group_by(ENTRY.c.kind)).all())
        return {row[0]: row[1] for row in rows}


def _listed(team: str, row: RowMapping) -> ListedIncident:
    names = set(ListedIncident.model_fields) - {"key"}
    try:
        return ListedIncident(key=IncidentKey(team, row["incident"]), **{name: row[name] for name in names})
    except ValidationError:
        broken = f"the row of incident {row['incident']!a} has a value of another form; run `muster rebuild`"
        raise BrokenRow(broken) from None
