"""Idempotency keys of requests with their outcomes, and natural keys of messages. Knows nothing of what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, select

from incident.entry import IncidentKey
from incident.ports import Outcome
from storage.database.upsert import insert_for
from storage.tables import MESSAGE_KEY, SEEN

RETENTION: Final = timedelta(hours=48)
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


@cache
def _insert_outcome(dialect: str) -> Any:
    return insert_for(dialect)(SEEN).on_conflict_do_nothing()


@cache
def _insert_keys(dialect: str) -> Any:
    return insert_for(dialect)(MESSAGE_KEY).on_conflict_do_nothing().returning(MESSAGE_KEY.c.key)
