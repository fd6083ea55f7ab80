"""Contact methods of people. They are stored in this table only, so that they are erased in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import Field, SQLModel

from incident.medium import Medium, PlannedMethod
from incident.model.contact_method import ContactMethod
from roles.person_ids import PersonId
from storage.tables import table_of, text, utc


class ContactMethodRow(SQLModel, table=True):
    """One contact method of a person; `position` is its place in that person's order."""

    __tablename__: ClassVar[Any] = "contact_method"

    team: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    medium: str
    address: str = text()
    delay_minutes: int
    verified_at: datetime | None = utc(nullable=True)


CONTACT_METHOD: Final = table_of(ContactMethodRow)
_COLUMNS: Final = CONTACT_METHOD.c


def all_methods(connection: Connection, team: str) -> Mapping[PersonId, tuple[ContactMethod, ...]]:
    """Return the contact methods of everyone who has any, each person's in order."""
    query = select(CONTACT_METHOD).where(_COLUMNS.team == team).order_by(_COLUMNS.person, _COLUMNS.position)
    found: dict[PersonId, tuple[ContactMethod, ...]] = {}
    for row in connection.execute(query):
        method = ContactMethod(
            medium=Medium(row.medium),
            address=row.address,
            delay_minutes=row.delay_minutes,
            verified_at=row.verified_at,
        )
        found[PersonId(row.person)] = (*found.get(PersonId(row.person), ()), method)
    return found


def planned(connection: Connection, team: str, person: PersonId) -> tuple[PlannedMethod, ...]:
    """Return the contact methods of a person beside Slack, in order, as the record may know them."""
    query = select(_COLUMNS.position, _COLUMNS.medium, _COLUMNS.delay_minutes).where(
        _COLUMNS.team == team, _COLUMNS.person == person, _COLUMNS.medium != Medium.SLACK
    )
    rows = connection.execute(query.order_by(_COLUMNS.position))
    return tuple(PlannedMethod(row.position, Medium(row.medium), row.delay_minutes) for row in rows)


def put(connection: Connection, team: str, person: PersonId, methods: Sequence[ContactMethod]) -> None:
    """Store all contact methods of a person, in order, in place of those before."""
    delete_all(connection, team, person)
    rows = [
        {"team": team, "person": person, "position": position, **method.model_dump()}
        for position, method in enumerate(methods, 1)
    ]
    if rows:
        connection.execute(insert(CONTACT_METHOD), rows)


def verify(
    connection: Connection, team: str, person: PersonId, position: int, method: ContactMethod, *, at: datetime
) -> bool:
    """Store when a contact method was confirmed; False where it is there no more, or has another address by now."""
    same = (_COLUMNS.medium == method.medium.value) & (_COLUMNS.address == method.address)
    there = (_COLUMNS.team == team) & (_COLUMNS.person == person) & (_COLUMNS.position == position) & same
    return connection.execute(update(CONTACT_METHOD).where(there).values(verified_at=at)).rowcount > 0


def delete_all(connection: Connection, team: str, person: PersonId) -> int:
    """Delete every contact method of a person, and return how many."""
    ours = (_COLUMNS.team == team) & (_COLUMNS.person == person)
    return connection.execute(delete(CONTACT_METHOD).where(ours)).rowcount
