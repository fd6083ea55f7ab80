"""Display numbers without gaps: a number is assigned in the transaction that uses it, so a rollback returns it."""

from __future__ import annotations

from sqlalchemy import Connection

from storage.database.upsert import insert_for
from storage.tables import COUNTER


def next_number(connection: Connection, team: str, year: int) -> int:
    """Assign the next number of the year; other transactions that need one wait until this one ends."""
    statement = (
        insert_for(connection.dialect.name)(COUNTER)
        .values(team=team, year=year, value=1)
        .on_conflict_do_update(index_elements=("team", "year"), set_={"value": COUNTER.c.value + 1})
        .returning(COUNTER.c.value)
    )
    return int(connection.execute(statement).scalar_one())
