"""When Muster was last known to be connected, one row per process, so that after a crash it is known how long it was away.

Each process writes its own row and none but its own, and no row ever goes back in time; what was known last of them all
is the newest. Not part of the record.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, delete, func, select
from sqlmodel import Field, SQLModel

from storage.database.transactions import Transactions
from storage.database.upsert import insert_for
from storage.tables import table_of, utc

KEPT_FOR: Final = timedelta(days=2)


class HeartbeatRow(SQLModel, table=True):
    """The last moment at which one process was known to be connected to Slack."""

    __tablename__: ClassVar[Any] = "presence"

    team: str = Field(primary_key=True)
    process: str = Field(primary_key=True)
    connected_at: datetime = utc()


HEARTBEAT: Final = table_of(HeartbeatRow)


class Heartbeats:
    """What the processes of one team said of themselves."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._team = team or ""

    def beat(self, process: str, at: datetime) -> None:
        """Note that a process was connected at a moment; an earlier moment than the one noted changes nothing."""

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

    def last(self) -> datetime | None:
        """Give the last moment at which any process was known to be connected, None before the first."""
        newest = select(func.max(HEARTBEAT.c.connected_at, type_=HEARTBEAT.c.connected_at.type))
        newest = newest.where(HEARTBEAT.c.team == self._team)
        found: datetime | None = self._transactions.read(lambda connection: connection.execute(newest).scalar_one())
        return found

    def forget_old(self, now: datetime) -> int:
        """Drop the rows of processes long gone, but never the newest of all, and tell how many."""
        newest = select(func.max(HEARTBEAT.c.connected_at)).where(HEARTBEAT.c.team == self._team).scalar_subquery()
        old = delete(HEARTBEAT).where(
            HEARTBEAT.c.team == self._team,
            HEARTBEAT.c.connected_at < now - KEPT_FOR,
            HEARTBEAT.c.connected_at < newest,
        )
        return self._transactions.write(lambda connection: connection.execute(old).rowcount, first=False)
