"""Drafts: submitted forms, stored before validation so that a refusal can offer them back. They expire; no part of the record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from pydantic import JsonValue
from sqlalchemy import Connection, delete, select

from incident.entry import IncidentKey
from incident.frozen import Frozen, Utc
from roles.person_ids import PersonId
from storage.database.transactions import Transactions
from storage.database.upsert import insert_for
from storage.tables import DRAFT

RETENTION: Final = timedelta(hours=48)


class SavedDraft(Frozen):
    """A submitted form: the verb and its raw fields."""

    key: str
    person: PersonId
    verb: str
    incident: str | None
    at: Utc
    fields: dict[str, JsonValue]


class Drafts:
    """The drafts of one team, by the idempotency key of their request."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._team = team or ""

    def keep(
        self,
        key: str,
        person: PersonId,
        verb: str,
        fields: Mapping[str, JsonValue],
        *,
        at: datetime,
        incident: IncidentKey | None = None,
    ) -> None:
        """Store a draft; the same key replaces it."""
        values = {
            "person": person,
            "verb": verb,
            "incident": incident.id if incident else None,
            "at": at,
            "fields": json.dumps(dict(fields)),
        }

        def work(connection: Connection) -> None:
            row = insert_for(connection.dialect.name)(DRAFT).values(team=self._team, key=key, **values)
            connection.execute(row.on_conflict_do_update(index_elements=("team", "key"), set_=values))

        self._transactions.write(work)

    def fetch(self, key: str) -> SavedDraft | None:
        """Return a draft, or None when it is deleted or expired."""
        query = select(DRAFT).where(DRAFT.c.team == self._team, DRAFT.c.key == key)
        row = self._transactions.read(lambda connection: connection.execute(query).one_or_none())
        if row is None:
            return None
        fields: dict[str, JsonValue] = json.loads(row.fields)
        return SavedDraft(
            key=row.key, person=PersonId(row.person), verb=row.verb, incident=row.incident, at=row.at, fields=fields
        )

    def forget(self, key: str) -> None:
        """Delete a draft once its request is recorded or discarded."""
        ours = delete(DRAFT).where(DRAFT.c.team == self._team, DRAFT.c.key == key)
        self._transactions.write(lambda connection: connection.execute(ours).rowcount)

    def delete_expired(self, now: datetime) -> int:
        """Delete drafts older than 48 hours, of every team, and return how many."""
        old = delete(DRAFT).where(DRAFT.c.at < now - RETENTION)
        return self._transactions.write(lambda connection: connection.execute(old).rowcount, first=False)
