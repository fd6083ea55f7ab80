"""Heartbeats: the last time each process was connected to Slack, from which a restart derives the gap to backfill.

Each process writes only its own row, and a row never goes back in time. Not part of the record.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, delete, func, select, update
from sqlmodel import Field, SQLModel

from storage.database.transactions import Transactions
from storage.database.upsert import insert_for
from storage.tables import table_of, utc

RETENTION: Final = timedelta(days=2)


class HeartbeatRow(SQLModel, table=True):
    """The last time at which one process was connected to Slack."""

    __tablename__: ClassVar[Any] = "presence"

    team: str = Field(primary_key=True)
    process: str = Field(primary_key=True)
    connected_at: datetime = utc()


HEARTBEAT: Final = table_of(HeartbeatRow)


class Heartbeats:
    """The heartbeats of the processes of one team."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._team = team or ""

    def record(self, process: str, at: datetime) -> None:
        """Store that a process was connected at a time; a time before the stored one changes nothing."""

        def work(connection: Connection) -> None:
            row = insert_for(connection.dialect.name)(HEARTBEAT)
            row = row.values(team=self._team, process=process, connected_at=at)
            connection.execute(
                row.on_conflict_do_update(
                    index_elements=("team", "process"),
                    set_={"connected_at": at},
                    where=HEARTBEAT.c.connected_at < at,
                )
            )

        self._transactions.write(work, first=False)

    def latest(self) -> datetime | None:
        """Return the last time at which any process was connected, None before the first."""
        newest = select(func.max(HEARTBEAT.c.connected_at, type_=HEARTBEAT.c.connected_at.type))
        newest = newest.where(HEARTBEAT.c.team == self._team)
        found: datetime | None = self._transactions.read(lambda connection: connection.execute(newest).scalar_one())
        return found

    def bring_forward(self, now: datetime) -> None:
        """Date every heartbeat in the future now: it is from before the clock was set back, and would hide a gap."""
        late = update(HEARTBEAT).where(HEARTBEAT.c.team == self._team, HEARTBEAT.c.connected_at > now)
        self._transactions.write(lambda connection: connection.execute(late.values(connected_at=now)), first=False)

    def delete_expired(self, now: datetime) -> int:
        """Delete the rows of processes silent for two days, never the newest row, and return how many."""
        newest = select(func.max(HEARTBEAT.c.connected_at)).where(HEARTBEAT.c.team == self._team).scalar_subquery()
        old = delete(HEARTBEAT).where(
            HEARTBEAT.c.team == self._team,
            HEARTBEAT.c.connected_at < now - RETENTION,
            HEARTBEAT.c.connected_at < newest,
        )
        return self._transactions.write(lambda connection: connection.execute(old).rowcount, first=False)
