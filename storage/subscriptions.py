"""What people subscribed to. It is a part of the directory: erased with the person, and never an entry."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, delete, select
from sqlmodel import Field, SQLModel

from incident.model.subscription import Subscription
from roles.person_ids import PersonId
from storage.database.upsert import insert_for
from storage.tables import table_of, text, utc


class SubscriptionRow(SQLModel, table=True):
    """The choice of one person; priorities and services are JSON lists, empty for every one."""

    __tablename__: ClassVar[Any] = "subscription"

    team: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    since: datetime = utc()
    digest: bool
    priorities: str = text()
    services: str = text()


SUBSCRIPTION: Final = table_of(SubscriptionRow)
_KEY: Final = ("team", "person")


def find(connection: Connection, team: str, person: PersonId | None = None) -> tuple[Subscription, ...]:
    """Return the choices of a team's people, or of one of them."""
    query = select(SUBSCRIPTION).where(SUBSCRIPTION.c.team == team).order_by(SUBSCRIPTION.c.person)
    if person is not None:
        query = query.where(SUBSCRIPTION.c.person == person)
    return tuple(
        Subscription(
            person=PersonId(row.person),
            since=row.since,
            digest=row.digest,
            priorities=json.loads(row.priorities),
            services=json.loads(row.services),
        )
        for row in connection.execute(query)
    )


def save(connection: Connection, team: str, chosen: Subscription) -> None:
    """Store a person's choice in place of the one before."""
    values = {
        "since": chosen.since,
        "digest": chosen.digest,
        "priorities": json.dumps(chosen.priorities),
        "services": json.dumps(chosen.services),
    }
    row = insert_for(connection.dialect.name)(SUBSCRIPTION).values(team=team, person=chosen.person, **values)
    connection.execute(row.on_conflict_do_update(index_elements=_KEY, set_=values))


def erase(connection: Connection, team: str, person: PersonId) -> int:
    """Delete a person's choice, and return how many rows that were."""
    ours = (SUBSCRIPTION.c.team == team) & (SUBSCRIPTION.c.person == person)
    return connection.execute(delete(SUBSCRIPTION).where(ours)).rowcount
