"""Gives out display numbers without a gap: a number is taken in the transaction that uses it, or not at all."""

from __future__ import annotations

from sqlalchemy import Connection

from storage.database.upsert import insert_for
from storage.tables import COUNTER


def take(connection: Connection, team: str, year: int) -> int:
    """Take the next number of the year; others who want one wait until this transaction ends."""
    taken = (
        insert_for(connection.dialect.name)(COUNTER)
        .values(team=team, year=year, value=1)
        .on_conflict_do_update(index_elements=("team", "year"), set_={"value": COUNTER.c.value + 1})
        .returning(COUNTER.c.value)
    )
    return int(connection.execute(taken).scalar_one())
