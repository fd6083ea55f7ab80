"""Who chose to get no message at the start and end of their shifts. A part of the directory: erased with the person, never an entry."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from sqlalchemy import Connection, delete, select
from sqlmodel import Field, SQLModel

from roles.person_ids import PersonId
from storage.database.upsert import insert_for
from storage.tables import table_of


class ShiftNoticeOffRow(SQLModel, table=True):
    """A person who gets no such messages. Who is not here gets them."""

    __tablename__: ClassVar[Any] = "shift_notice_off"

    team: str = Field(primary_key=True)
    person: str = Field(primary_key=True)


SHIFT_NOTICE_OFF: Final = table_of(ShiftNoticeOffRow)


def is_on(connection: Connection, team: str, person: PersonId) -> bool:
    """True unless the person switched the messages off."""
    return connection.execute(select(SHIFT_NOTICE_OFF.c.person).where(_of(team, person))).first() is None


def save(connection: Connection, team: str, person: PersonId, *, on: bool) -> None:
    """Store a person's choice."""
    if on:
        erase(connection, team, person)
    else:
        row = insert_for(connection.dialect.name)(SHIFT_NOTICE_OFF).values(team=team, person=person)
        connection.execute(row.on_conflict_do_nothing())


def erase(connection: Connection, team: str, person: PersonId) -> int:
    """Delete a person's choice, and return how many rows that were."""
    return connection.execute(delete(SHIFT_NOTICE_OFF).where(_of(team, person))).rowcount


def _of(team: str, person: PersonId) -> Any:
    return (SHIFT_NOTICE_OFF.c.team == team) & (SHIFT_NOTICE_OFF.c.person == person)
