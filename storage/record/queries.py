"""Readings for pages, exports and checks: lists of incidents, stored lines. Decides nobody's right to see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from incident.entry import IncidentKey
from incident.frozen import Frozen, Utc
from incident.model.incident import Incident
from storage.database.transactions import Transactions
from storage.record import projection
from storage.record.entry_rows import StoredEntryRow, chain_lines
from storage.tables import CHAIN, ENTRY, INCIDENT


class ListedIncident(Frozen):
    """One incident in a list, without anybody's words."""

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
    """Reads committed state. Whoever shows it asks `incident/rules/visibility.py` first."""

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
        """List incidents, newest first."""
        wanted = select(INCIDENT).where(INCIDENT.c.team == team)
        if is_over is not None:
            wanted = wanted.where(INCIDENT.c.is_over.is_(is_over))
        if service is not None:
            wanted = wanted.where(INCIDENT.c.service == service)
        if since is not None:
            wanted = wanted.where(INCIDENT.c.declared_at >= since)
        newest = wanted.order_by(INCIDENT.c.declared_at.desc(), INCIDENT.c.number.desc()).limit(limit)
        rows = self._transactions.read(lambda connection: connection.execute(newest).mappings().all())
        names = set(ListedIncident.model_fields) - {"key"}
        return tuple(
            ListedIncident(key=IncidentKey(team, row["incident"]), **{name: row[name] for name in names})
            for row in rows
        )

    def incident(self, key: IncidentKey) -> Incident | None:
        """Give one folded incident."""
        return self._transactions.read(lambda connection: projection.get(connection, key))

    def lately(self, team: str, since: datetime) -> tuple[Incident, ...]:
        """Give the open incidents, and those in which anything was recorded since a moment, oldest first."""
        same = (CHAIN.c.team == INCIDENT.c.team) & (CHAIN.c.incident == INCIDENT.c.incident)
        wanted = (
            select(INCIDENT.c.incident)
            .join(CHAIN, same)
            .where(INCIDENT.c.team == team, INCIDENT.c.is_over.is_(False) | (CHAIN.c.recorded_at >= since))
            .order_by(INCIDENT.c.declared_at, INCIDENT.c.incident)
        )

        def work(connection: Connection) -> tuple[Incident, ...]:
            keys = [IncidentKey(team, row.incident) for row in connection.execute(wanted)]
            found = (projection.get(connection, key) for key in keys)
            return tuple(incident for incident in found if incident is not None)

        return self._transactions.read(work)

    def lines(self, key: IncidentKey) -> Sequence[StoredEntryRow]:
        """Give the stored entries of a chain as they are: text, hash, salt and words. An export is made of these."""
        return self._transactions.read(lambda connection: tuple(chain_lines(connection, key)))

    def chains(self, team: str | None = None) -> tuple[IncidentKey, ...]:
        """Name every chain, workspace chains too."""
        wanted = select(CHAIN.c.team, CHAIN.c.incident).order_by(CHAIN.c.team, CHAIN.c.incident)
        wanted = wanted if team is None else wanted.where(CHAIN.c.team == team)
        rows = self._transactions.read(lambda connection: connection.execute(wanted).all())
        return tuple(IncidentKey(row.team, row.incident) for row in rows)

    def counts(self, key: IncidentKey) -> dict[str, int]:
        """Count the entries of a chain by kind."""
        counted = select(ENTRY.c.kind, func.count()).where(ENTRY.c.team == key.team, ENTRY.c.incident == key.id)
        rows = self._transactions.read(lambda connection: connection.execute(counted.group_by(ENTRY.c.kind)).all())
        return {row[0]: row[1] for row in rows}
