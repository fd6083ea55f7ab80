"""Keeps what is known of people, from when to when. Names live here only, so that they can be erased in one place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from incident.ports import Person
from roles.person_ids import PersonId
from storage.tables import PERSON

ERASED = "erased person"


def known(connection: Connection, team: str | None, person: PersonId, at: datetime | None = None) -> Person | None:
    """Give what is known of somebody now, or what was known at a moment."""
    wanted = select(PERSON).where(_whom(team, person))
    wanted = wanted.where(PERSON.c.until.is_(None)) if at is None else wanted.where(PERSON.c.since <= at)
    row = connection.execute(wanted.order_by(PERSON.c.since.desc()).limit(1)).one_or_none()
    return None if row is None else _read(row)


def everybody(connection: Connection, team: str) -> tuple[Person, ...]:
    """Give what is known now of everybody in a team."""
    wanted = select(PERSON).where(PERSON.c.team == team, PERSON.c.until.is_(None)).order_by(PERSON.c.person)
    return tuple(_read(row) for row in connection.execute(wanted))


def _whom(team: str | None, person: PersonId) -> ColumnElement[bool]:
    who: ColumnElement[bool] = PERSON.c.person == person
    return who if team is None else who & (PERSON.c.team == team)


def _read(row: Row[Any]) -> Person:
    return Person(
        id=PersonId(row.person),
        name=row.name,
        zone=row.zone,
        title=row.title,
        is_bot=row.is_bot,
        is_guest=row.is_guest,
        is_active=row.is_active,
    )


def put(connection: Connection, team: str, person: Person, at: datetime) -> bool:
    """Note what is known of somebody from now on; False when that was known already."""
    if known(connection, team, person.id) == person:
        return False
    now = (PERSON.c.team == team) & (PERSON.c.person == person.id)
    same_moment = connection.execute(select(PERSON.c.since).where(now, PERSON.c.since >= at)).first()
    values = person.model_dump(exclude={"id"})
    if same_moment is not None:
        connection.execute(update(PERSON).where(now, PERSON.c.since == same_moment.since).values(**values))
        return True
    connection.execute(update(PERSON).where(now, PERSON.c.until.is_(None)).values(until=at))
    connection.execute(insert(PERSON).values(team=team, person=person.id, since=at, until=None, **values))
    return True


def erase(connection: Connection, team: str, person: PersonId) -> int:
    """Erase names, titles and zones of somebody from all times; the id and what they did stay on the record."""
    values = {"name": ERASED, "title": "", "zone": "UTC"}
    who = (PERSON.c.team == team) & (PERSON.c.person == person)
    return connection.execute(update(PERSON).where(who).values(**values)).rowcount
