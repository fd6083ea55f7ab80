"""The last good copy of each feed of an on-call schedule: its shifts, how old they are, and since when the feed fails."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, delete, select
from sqlmodel import Field, SQLModel

from roles.schedules.feed_copy import FeedCopy
from storage.database.upsert import insert_for
from storage.tables import table_of, text, utc


class ScheduleFeedRow(SQLModel, table=True):
    """The copy of one feed. `shifts` is a JSON list; `problem` is empty while the feed answers. It holds no address."""

    __tablename__: ClassVar[Any] = "schedule_feed"

    team: str = Field(primary_key=True)
    schedule: str = Field(primary_key=True)
    checked_at: datetime = utc()
    fetched_at: datetime | None = utc(nullable=True)
    failing_since: datetime | None = utc(nullable=True)
    problem: str
    unmatched: int
    shifts: str = text()


SCHEDULE_FEED: Final = table_of(ScheduleFeedRow)
_KEY: Final = ("team", "schedule")


def find(connection: Connection, team: str) -> tuple[FeedCopy, ...]:
    """Return the copies of a team's feeds."""
    query = select(SCHEDULE_FEED).where(SCHEDULE_FEED.c.team == team).order_by(SCHEDULE_FEED.c.schedule)
    return tuple(
        FeedCopy(
            schedule=row.schedule,
            checked_at=row.checked_at,
            fetched_at=row.fetched_at,
            failing_since=row.failing_since,
            problem=row.problem,
            unmatched=row.unmatched,
            shifts=json.loads(row.shifts),
        )
        for row in connection.execute(query)
    )


def save(connection: Connection, team: str, copy: FeedCopy) -> None:
    """Store a copy in place of the one before."""
    values = {
        **copy.model_dump(exclude={"schedule", "shifts"}),
        "shifts": json.dumps([one.model_dump(mode="json") for one in copy.shifts]),
    }
    row = insert_for(connection.dialect.name)(SCHEDULE_FEED).values(team=team, schedule=copy.schedule, **values)
    connection.execute(row.on_conflict_do_update(index_elements=_KEY, set_=values))


def drop_others(connection: Connection, team: str, schedules: Collection[str]) -> None:
    """Delete the copies of schedules that have no feed any more."""
    gone = SCHEDULE_FEED.c.schedule.not_in(list(schedules))
    connection.execute(delete(SCHEDULE_FEED).where(SCHEDULE_FEED.c.team == team, gone))
