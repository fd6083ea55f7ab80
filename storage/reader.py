"""Looks things up on the record, within one transaction. Changes nothing and locks nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from incident.entry import Entry, IncidentKey
from incident.incident import Incident
from incident.ports import Person
from roles.people import PersonId
from storage import people, projection
from storage.reading import chain_lines, select_stored, stored, to_entry
from storage.tables import ENTRY, INCIDENT


class SqlReader:
    """Answers what may be asked while deciding. `team` is whose people and keys are meant; None means any."""

    def __init__(self, connection: Connection, team: str | None) -> None:
        self.connection = connection
        self.team = team

    def find(self, team: str, *, number: str | None = None, channel: str | None = None) -> IncidentKey | None:
        """Find an incident by its display number, or the newest one of a channel."""
        if number is None and channel is None:
            return None
        wanted = select(INCIDENT.c.incident).where(INCIDENT.c.team == team)
        if number is not None:
            wanted = wanted.where(INCIDENT.c.number == number)
        if channel is not None:
            wanted = wanted.where(INCIDENT.c.channel == channel)
        found = self.connection.execute(wanted.order_by(INCIDENT.c.incident.desc()).limit(1)).scalar_one_or_none()
        return None if found is None else IncidentKey(team, found)

    def peek(self, key: IncidentKey) -> Incident | None:
        """Give the folded incident without locking it."""
        return projection.get(self.connection, key)

    def entries(
        self, key: IncidentKey, *, kinds: Sequence[str] = (), after: int = 0, until: int | None = None
    ) -> Sequence[Entry]:
        """Give the entries of a chain in order, of all kinds or of some, from the one after `after` to `until`."""
        lines = chain_lines(self.connection, key, kinds=kinds, after=after, until=until)
        return tuple(to_entry(line) for line in lines)

    def message(self, key: IncidentKey, channel: str, ts: str) -> Sequence[Entry]:
        """Give every entry about one message, in order."""
        wanted = select_stored().where(
            ENTRY.c.team == key.team, ENTRY.c.incident == key.id, ENTRY.c.channel == channel, ENTRY.c.ts == ts
        )
        return tuple(to_entry(stored(row)) for row in self.connection.execute(wanted))

    def open_incidents(self, team: str) -> Sequence[Incident]:
        """Give every incident that is not over, oldest first."""
        rows = self.connection.execute(
            select(INCIDENT.c.incident, INCIDENT.c.folded, INCIDENT.c.shape)
            .where(INCIDENT.c.team == team, INCIDENT.c.is_over.is_(False))
            .order_by(INCIDENT.c.declared_at, INCIDENT.c.incident)
        ).all()
        read = (
            projection.read(self.connection, IncidentKey(team, row.incident), row.folded, row.shape) for row in rows
        )
        return tuple(incident for incident in read if incident is not None)

    def person(self, person: PersonId) -> Person | None:
        """Give what the directory knows of somebody now."""
        return people.known(self.connection, self.team, person)
