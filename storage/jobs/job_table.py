"""The job table: outbox and timers. Knows columns and states; the other modules of jobs/ hold the rules."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from sqlalchemy import Column, Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from storage.column_types import BigId
from storage.tables import table_of, text, utc


class JobState(StrEnum):
    """The state of a job. A ready one is waiting, due or leased."""

    READY = "ready"
    DONE = "done"
    DEAD = "dead"


class JobRow(SQLModel, table=True):
    """One job.

    `wanted` is its version, raised each time its key is enqueued again; `serving` is the version of the last claim.
    `lane` is its ordering key. `claims` counts every claim and fences completions; `attempts` counts those since the
    last success. `result` is what the last successful run left in Slack. These column names are stored, so they stay.
    """

    __tablename__: ClassVar[Any] = "job"
    __table_args__: ClassVar[Any] = (
        Index(
            "uq_job_ready_key",
            "team",
            "key",
            unique=True,
            sqlite_where=sql("state = 'ready'"),
            postgresql_where=sql("state = 'ready'"),
        ),
        Index("ix_job_key", "team", "key", "id"),
        Index("ix_job_due", "state", "run_at"),
        Index("ix_job_claim", "team", "state", "rank", "run_at", "id"),
        Index("ix_job_lane", "team", "lane", "state", "id"),
        Index("ix_job_needs", "team", "needs", "state"),
    )

    id: int | None = Field(default=None, sa_column=Column("id", BigId, primary_key=True, autoincrement=True))
    team: str
    key: str
    incident: str
    kind: str
    rank: int
    lane: str | None = None
    needs: str | None = None
    run_at: datetime = utc()
    payload: str = text()
    state: str
    wanted: int
    serving: int = 0
    claims: int = 0
    attempts: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = utc(nullable=True)
    error: str | None = text(nullable=True)
    result: str | None = text(nullable=True)
    ended_at: datetime | None = utc(nullable=True)


JOB: Final = table_of(JobRow)
