"""The keys under which the API declared incidents: the same key means the same incident while that is open."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from sqlalchemy import Connection, func, select
from sqlmodel import Field, SQLModel

from storage.database.upsert import insert_for
from storage.tables import table_of


class DeclaredKeyRow(SQLModel, table=True):
    """The incident that was declared last under a key."""

    __tablename__: ClassVar[Any] = "declared_key"

    team: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    incident: str


DECLARED_KEY: Final = table_of(DeclaredKeyRow)


def find(connection: Connection, team: str, key: str) -> str | None:
    """Return the incident that was declared under a key. On PostgreSQL a second declaration waits for the first to commit."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{team}/declared/{key}", 0))))
    query = select(DECLARED_KEY.c.incident).where(DECLARED_KEY.c.team == team, DECLARED_KEY.c.key == key)
    return connection.execute(query).scalar_one_or_none()


def save(connection: Connection, team: str, key: str, incident: str) -> None:
    """Store the incident that was declared under a key, in place of the one before."""
    row = insert_for(connection.dialect.name)(DECLARED_KEY).values(team=team, key=key, incident=incident)
    connection.execute(row.on_conflict_do_update(index_elements=("team", "key"), set_={"incident": incident}))
