"""Looks things up on the record, within one transaction. Changes nothing and locks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

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
        given = {name: value for name, value in (("number", number), ("channel", channel)) if value is not None}
        if not given:
            return None
        found = self.connection.execute(_newest(*given), {"of_team": team, **given}).scalar_one_or_none()
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
        about = {"of_team": key.team, "of_incident": key.id, "channel": channel, "ts": ts}
        return tuple(to_entry(stored(row)) for row in self.connection.execute(_about_message(), about))

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


# Built once each: these are asked for every command and every message, and building costs more than asking.
@cache
def _newest(*names: str) -> Select[Any]:
    same = [INCIDENT.c[name] == bindparam(name) for name in names]
    ours = select(INCIDENT.c.incident).where(INCIDENT.c.team == bindparam("of_team"), *same)
    return ours.order_by(INCIDENT.c.incident.desc()).limit(1)


@cache
def _about_message() -> Select[Any]:
    ours = (ENTRY.c.team == bindparam("of_team")) & (ENTRY.c.incident == bindparam("of_incident"))
    return select_stored().where(ours, ENTRY.c.channel == bindparam("channel"), ENTRY.c.ts == bindparam("ts"))
