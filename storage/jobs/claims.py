"""Claims of due jobs. A claim is a lease: when its owner dies, the job can be claimed again at the end of the lease.

`claims` counts every claim of a row and fences the results of earlier owners; `serving` stores the claimed version.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Row,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from incident.frozen import Frozen, Utc
from incident.jobs import LATER, Job
from storage.database.sqlite import by_index
from storage.jobs.job_table import JOB, JobState


class ClaimedJob(Frozen):
    """A job leased to `owner` until `lease`, at the version that was claimed; `attempts` includes this one."""

    id: int
    job: Job
    version: int
    attempts: int
    claims: int
    owner: str
    lease: Utc


_OTHER = JOB.alias("other")
# Written out: of a state that it is given later, PostgreSQL must expect as many rows as any state has on average, which in
# a queue full of done jobs is so many that it would plan each claim again, for several times as long as the claim takes.
_READY: Final[ColumnElement[str]] = literal_column(f"'{JobState.READY}'", JOB.c.state.type)
# Ready jobs of one team: a team's jobs are claimed by its own process, never by another team's.
READY_OF_TEAM: Final = (JOB.c.state == _READY) & (JOB.c.team == bindparam("of_team"))
_NOW: Final[BindParameter[datetime]] = bindparam("now", type_=JOB.c.run_at.type)


def unblocked() -> ColumnElement[bool]:
    """Condition: no earlier job of the same ordering key is ready, and none whose result this one needs."""
    ready = (_OTHER.c.team == JOB.c.team) & (_OTHER.c.state == _READY)
    earlier = exists().where(ready, _OTHER.c.lane == JOB.c.lane, _OTHER.c.id < JOB.c.id)
    needed = exists().where(ready, _OTHER.c.key == JOB.c.needs)
    return ~earlier & ~needed


# Replicas that claim at once skip each other's rows, so each looks at more than it takes.
_REPLICAS: Final = 5
_LIMIT: Final = bindparam("limit", type_=Integer)


def _first_due(rank: int) -> CTE:
    """Select the first jobs of a rank that can be claimed, from an index in their order: few rows, however many are due."""
    return (
        select(JOB.c.id)
        .where(READY_OF_TEAM, JOB.c.rank == literal_column(str(rank)), JOB.c.run_at <= _NOW)
        .where(or_(JOB.c.lease_until.is_(None), JOB.c.lease_until <= _NOW), unblocked())
        .with_hint(JOB, *by_index("ix_job_claim"))
        .order_by(JOB.c.run_at, JOB.c.id)
        .limit(_LIMIT * _REPLICAS)
        .cte(f"due_{rank}")
    )


# Searched once: on a table without statistics PostgreSQL would search again for each job.
_FIRST: Final = (
    union_all(*(select(_first_due(rank).c.id) for rank in range(LATER + 1)))
    .cte("first_due")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
# The limit and SKIP LOCKED stay inside the CTE: PostgreSQL may run a plain subquery twice and take too many. Whether a job
# can be claimed is asked again under its lock.
_DUE: Final = (
    select(JOB.c.id)
    .where(JOB.c.id.in_(select(_FIRST.c.id)), JOB.c.state == _READY)
    .where(or_(JOB.c.lease_until.is_(None), JOB.c.lease_until <= _NOW))
    .with_hint(JOB, "NOT INDEXED", "sqlite")  # By its id: an index of states would walk every job that waits.
    .order_by(JOB.c.rank, JOB.c.run_at, JOB.c.id)
    .limit(_LIMIT)
    .with_for_update(skip_locked=True, of=JOB)
    .cte("due")
)
# Built once: building a statement costs more than running it, and this one runs for every job.
_CLAIM: Final = (
    update(JOB)
    .where(JOB.c.id.in_(select(_DUE.c.id)))
    .values(
        lease_owner=bindparam("owner"),
        lease_until=bindparam("lease"),
        serving=JOB.c.wanted,
        claims=JOB.c.claims + 1,
        attempts=JOB.c.attempts + 1,
    )
    .returning(JOB)
)


def claim(
    connection: Connection, now: datetime, owner: str, limit: int, *, team: str, lease: datetime
) -> list[ClaimedJob]:
    """Claim the team's due jobs, most urgent first; jobs that another transaction is claiming are skipped."""
    given = {"of_team": team, "now": now, "limit": limit, "owner": owner, "lease": lease}
    rows = connection.execute(_CLAIM, given).all()
    return [_claimed(row) for row in sorted(rows, key=lambda row: (row.rank, row.run_at, row.id))]


def _claimed(row: Row[Any]) -> ClaimedJob:
    return ClaimedJob(
        id=row.id,
        job=Job.model_validate_json(row.payload),
        version=row.serving,
        attempts=row.attempts,
        claims=row.claims,
        owner=row.lease_owner,
        lease=row.lease_until,
    )
