"""Directory data of people over time. Names are stored in this table only, so that they are erased in one place."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from incident.ports import Person
from roles.person_ids import PersonId
from storage.tables import PERSON

ERASED = "erased person"


def person_at(connection: Connection, team: str | None, person: PersonId, at: datetime | None = None) -> Person | None:
    """Return a person's directory data as of now or of a time; None team means any team."""
    query = select(PERSON).where(_of_person(team, person))
    query = query.where(PERSON.c.until.is_(None)) if at is None else query.where(PERSON.c.since <= at)
    row = connection.execute(query.order_by(PERSON.c.since.desc()).limit(1)).one_or_none()
    return None if row is None else _person(row)


def all_people(connection: Connection, team: str) -> tuple[Person, ...]:
    """Return the current directory data of every person of a team."""
    query = select(PERSON).where(PERSON.c.team == team, PERSON.c.until.is_(None)).order_by(PERSON.c.person)
    return tuple(_person(row) for row in connection.execute(query))


def lock(connection: Connection, team: str, person: PersonId) -> None:
    """Let no other transaction that locks this person go on before this one ends; SQLite has one writer anyway."""
    connection.execute(select(PERSON.c.person).where(_of_person(team, person)).with_for_update()).all()


def _of_person(team: str | None, person: PersonId) -> ColumnElement[bool]:
    same: ColumnElement[bool] = PERSON.c.person == person
    return same if team is None else same & (PERSON.c.team == team)


def _person(row: Row[Any]) -> Person:
    return Person(
        id=PersonId(row.person),
        name=row.name,
        zone=row.zone,
        title=row.title,
        is_bot=row.is_bot,
        is_guest=row.is_guest,
        is_active=row.is_active,
    )


class PersonChange(NamedTuple):
    """A person's directory data before and after a change; `before` is None for a person who is new."""

    before: Person | None
    after: Person


def put(connection: Connection, team: str, person: Person, at: datetime) -> PersonChange | None:
    """Store a person's directory data from `at` on; None when it is unchanged."""
    before = person_at(connection, team, person.id)
    if before == person:
        return None
    ours = (PERSON.c.team == team) & (PERSON.c.person == person.id)
    same_moment = connection.execute(select(PERSON.c.since).where(ours, PERSON.c.since >= at)).first()
    values = person.model_dump(exclude={"id"})
    if same_moment is not None:
        connection.execute(update(PERSON).where(ours, PERSON.c.since == same_moment.since).values(**values))
        return PersonChange(before, person)
    connection.execute(update(PERSON).where(ours, PERSON.c.until.is_(None)).values(until=at))
    connection.execute(insert(PERSON).values(team=team, person=person.id, since=at, until=None, **values))
    return PersonChange(before, person)


def erase(connection: Connection, team: str, person: PersonId) -> int:
    """Overwrite every stored name, title and zone of a person; the id and its entries stay on the record."""
    values = {"name": ERASED, "title": "", "zone": "UTC"}
    ours = (PERSON.c.team == team) & (PERSON.c.person == person)
    return connection.execute(update(PERSON).where(ours).values(**values)).rowcount
