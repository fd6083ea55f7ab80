"""Looks things up on the record, within one transaction. Changes nothing and locks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, select
from ulid import ULID

from incident.entry import WORKSPACE, Entry, IncidentKey
from incident.model.incident import Incident
from incident.ports import Person
from incident.record import masked_view
from incident.record.message_history import HELD_AFTER, MESSAGE_KINDS
from incident.record.message_time import posted_at
from roles.person_ids import PersonId
from storage import person_names
from storage.database.sqlite import by_index
from storage.record import projection
from storage.record.chain_writer import EPOCH
from storage.record.entry_rows import chain_lines, select_stored, stored, to_entry
from storage.tables import ENTRY, INCIDENT

# By how much Slack's clock may be ahead of ours: what a message is looked for by must not miss its incident.
_SKEW: Final = timedelta(minutes=1)
_MOMENT: Final = 10


class SqlReader:
    """Answers what may be asked while deciding. `team` is whose people and keys are meant; None means any.

    What a mask hides reads `[masked]`; only a bare reader gives the words that are kept.
    """

    def __init__(self, connection: Connection, team: str | None, *, is_bare: bool = False) -> None:
        self.connection = connection
        self.team = team
        self._is_bare = is_bare

    def bare(self) -> SqlReader:
        """Give a reader of the same record to which nothing is masked: to record or compare by, never to show."""
        return SqlReader(self.connection, self.team, is_bare=True)

    def find(self, team: str, *, number: str | None = None, channel: str | None = None) -> IncidentKey | None:
        """Find an incident by its display number, or the newest one of a channel."""
        given = {name: value for name, value in (("number", number), ("channel", channel)) if value is not None}
        if not given:
            return None
        found = self.connection.execute(_newest(*given), {"of_team": team, **given}).scalar_one_or_none()
        return None if found is None else IncidentKey(team, found)

    def peek(self, key: IncidentKey) -> Incident | None:
        """Give the folded incident without locking it."""
        return self._shown_incident(projection.get(self.connection, key))

    def entries(
        self, key: IncidentKey, *, kinds: Sequence[str] = (), after: int = 0, until: int | None = None
    ) -> Sequence[Entry]:
        """Give the entries of a chain in order, of all kinds or of some, from the one after `after` to `until`."""
        lines = chain_lines(self.connection, key, kinds=kinds, after=after, until=until)
        return self._shown(key, [to_entry(line) for line in lines])

    def message(self, key: IncidentKey, channel: str, *ts: str) -> Sequence[Entry]:
        """Give every entry about a message, or several of a channel, in order."""
        about = {"of_team": key.team, "of_incident": key.id, "channel": channel, "ts": ts}
        return self._shown(key, [to_entry(stored(row)) for row in self.connection.execute(_about_message(), about)])

    def holders(self, team: str, channel: str, ts: str) -> Sequence[IncidentKey]:
        """Name the incidents, declared within `HELD_AFTER` of when a message was posted, that hold it, oldest first."""
        posted = posted_at(ts)
        if posted is None:
            return ()
        between = {"first": _begins(posted - _SKEW), "last": _begins(posted + HELD_AFTER)}
        found = self.connection.execute(_holding(), {"of_team": team, "channel": channel, "ts": ts, **between})
        return tuple(IncidentKey(team, incident) for incident in found.scalars())

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
        return tuple(shown for incident in read if (shown := self._shown_incident(incident)) is not None)

    def person(self, person: PersonId) -> Person | None:
        """Give what the directory knows of somebody now."""
        return person_names.known(self.connection, self.team, person)

    def _shown(self, key: IncidentKey, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """Leave out the words that a mask hides."""
        if self._is_bare or key.id == WORKSPACE or not entries:
            return tuple(entries)
        about = chain_lines(self.connection, key, kinds=masked_view.KINDS)
        masks = masked_view.standing(to_entry(line) for line in about)
        return tuple(masked_view.shown(entry, masks) for entry in entries)

    def _shown_incident(self, incident: Incident | None) -> Incident | None:
        if incident is None or self._is_bare or not incident.masks:
            return incident
        return masked_view.shown_incident(incident, masked_view.hidden(incident, self.bare()))


# Built once each: these are asked for every command and every message, and building costs more than asking.
@cache
def _newest(*names: str) -> Select[Any]:
    same = [INCIDENT.c[name] == bindparam(name) for name in names]
    ours = select(INCIDENT.c.incident).where(INCIDENT.c.team == bindparam("of_team"), *same)
    if names == ("channel",):
        ours = ours.with_hint(INCIDENT, *by_index("ix_incident_channel"))
    return ours.order_by(INCIDENT.c.incident.desc()).limit(1)


@cache
def _holding() -> Select[Any]:
    # A chain key begins with the moment of its declaration, so the incidents of some days stand together.
    held = (
        select(ENTRY.c.n)
        .where(ENTRY.c.team == INCIDENT.c.team, ENTRY.c.incident == INCIDENT.c.incident)
        .where(ENTRY.c.channel == bindparam("channel"), ENTRY.c.ts == bindparam("ts"), ENTRY.c.kind.in_(MESSAGE_KINDS))
        .with_hint(ENTRY, *by_index("ix_entry_message"))
    )
    late = INCIDENT.c.incident.between(bindparam("first"), bindparam("last"))
    ours = select(INCIDENT.c.incident).where(INCIDENT.c.team == bindparam("of_team"), late, held.exists())
    return ours.order_by(INCIDENT.c.incident)


def _begins(at: datetime) -> str:
    """Give what the chain key of an incident declared then begins with."""
    return str(ULID.from_datetime(max(at, EPOCH)))[:_MOMENT]


@cache
def _about_message() -> Select[Any]:
    ours = (ENTRY.c.team == bindparam("of_team")) & (ENTRY.c.incident == bindparam("of_incident"))
    among = ENTRY.c.ts.in_(bindparam("ts", expanding=True))
    about = select_stored().where(ours, ENTRY.c.channel == bindparam("channel"), among)
    return about.with_hint(ENTRY, *by_index("ix_entry_message"))
