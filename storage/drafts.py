"""Keeps what somebody submitted before it is judged, so that a refusal can offer it back. Expires; is not the record."""

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

KEPT_FOR: Final = timedelta(hours=48)


class KeptDraft(Frozen):
    """What somebody submitted: the verb and the fields as they filled them in."""

    key: str
    person: PersonId
    verb: str
    incident: str | None
    at: Utc
    fields: dict[str, JsonValue]


class Drafts:
    """Drafts of one team, by the idempotency key of the request they belong to."""

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
        """Keep a draft; the same key again replaces it."""
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

    def fetch(self, key: str) -> KeptDraft | None:
        """Give a draft back, or None when it was forgotten."""
        wanted = select(DRAFT).where(DRAFT.c.team == self._team, DRAFT.c.key == key)
        row = self._transactions.read(lambda connection: connection.execute(wanted).one_or_none())
        if row is None:
            return None
        fields: dict[str, JsonValue] = json.loads(row.fields)
        return KeptDraft(
            key=row.key, person=PersonId(row.person), verb=row.verb, incident=row.incident, at=row.at, fields=fields
        )

    def forget(self, key: str) -> None:
        """Drop a draft, once what it says is on the record or no longer wanted."""
        gone = delete(DRAFT).where(DRAFT.c.team == self._team, DRAFT.c.key == key)
        self._transactions.write(lambda connection: connection.execute(gone).rowcount)

    def forget_old(self, now: datetime) -> int:
        """Drop drafts older than 48 hours, of every team, and tell how many."""
        old = delete(DRAFT).where(DRAFT.c.at < now - KEPT_FOR)
        return self._transactions.write(lambda connection: connection.execute(old).rowcount, first=False)
