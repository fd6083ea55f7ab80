"""Idempotency keys of requests with their outcomes, and natural keys of messages. Knows nothing of what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, select, tuple_

from incident.entry import IncidentKey
from incident.ports import Outcome
from storage.database.transactions import Transactions
from storage.database.upsert import insert_for
from storage.tables import INCIDENT, MESSAGE_KEY, SEEN

RETENTION: Final = timedelta(hours=48)
MESSAGE_KEY_RETENTION: Final = timedelta(days=30)
_PAGE: Final = 200
_OUTCOME: Final = select(SEEN.c.outcome).where(SEEN.c.team == bindparam("of_team"), SEEN.c.key == bindparam("of_key"))


def stored_outcome(connection: Connection, team: str, key: str) -> Outcome | None:
    """Return the outcome stored under a key. On PostgreSQL a second request with the key waits for the first to commit."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{team}/{key}", 0))))
    text = connection.execute(_OUTCOME, {"of_team": team, "of_key": key}).scalar_one_or_none()
    return None if text is None else Outcome.model_validate_json(text)


def store_outcome(connection: Connection, team: str, key: str, outcome: Outcome) -> None:
    """Store an outcome under its key; an outcome already stored stays."""
    incident = outcome.key.id if outcome.key else None
    seen = {"team": team, "key": key, "incident": incident, "at": outcome.at, "outcome": outcome.model_dump_json()}
    connection.execute(_insert_outcome(connection.dialect.name), seen)


def delete_expired(connection: Connection, now: datetime) -> int:
    """Delete outcomes older than 48 hours, long after Slack's last retry, and return how many."""
    return connection.execute(delete(SEEN).where(SEEN.c.at < now - RETENTION)).rowcount


def claim_natural_keys(connection: Connection, key: IncidentKey, natural_keys: Sequence[str]) -> frozenset[str]:
    """Claim natural keys of messages; return those that were not yet claimed."""
    rows = [{"team": key.team, "incident": key.id, "key": natural_key} for natural_key in natural_keys]
    return frozenset(connection.execute(_insert_keys(connection.dialect.name), rows).scalars()) if rows else frozenset()


def delete_message_keys(transactions: Transactions, now: datetime) -> int:
    """Delete the natural keys of messages of incidents that ended over 30 days ago, and return how many.

    Slack redelivers for hours and gaps are backfilled for a day; a later backfill, of an incident that was reopened, knows
    its messages from their entries. A page of incidents is one transaction, so that nothing waits for it.
    """
    before, deleted, found = now - MESSAGE_KEY_RETENTION, 0, _PAGE
    while found == _PAGE:
        keys = transactions.read(lambda connection: connection.execute(_ENDED, {"before": before}).all())
        found = len(keys)
        deleted += transactions.write(partial(_delete_of, incidents=[tuple(key) for key in keys]), first=False)
    return deleted


def _delete_of(connection: Connection, incidents: Sequence[tuple[str, str]]) -> int:
    of_incidents = tuple_(MESSAGE_KEY.c.team, MESSAGE_KEY.c.incident).in_(incidents)
    return connection.execute(delete(MESSAGE_KEY).where(of_incidents)).rowcount if incidents else 0


_HAS_KEYS: Final = (
    select(MESSAGE_KEY.c.key)
    .where(MESSAGE_KEY.c.team == INCIDENT.c.team, MESSAGE_KEY.c.incident == INCIDENT.c.incident)
    .exists()
)
_ENDED: Final = (
    select(INCIDENT.c.team, INCIDENT.c.incident)
    .where(INCIDENT.c.ended_at < bindparam("before", type_=INCIDENT.c.ended_at.type), _HAS_KEYS)
    .limit(_PAGE)
)


@cache
def _insert_outcome(dialect: str) -> Any:
    return insert_for(dialect)(SEEN).on_conflict_do_nothing()


@cache
def _insert_keys(dialect: str) -> Any:
    return insert_for(dialect)(MESSAGE_KEY).on_conflict_do_nothing().returning(MESSAGE_KEY.c.key)
