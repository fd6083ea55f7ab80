"""Takes due jobs into somebody's hands. A claim is a lease: when its owner dies, the job is free again at its end.

`claims` counts every claim and fences what a late owner still says; `serving` notes which wish a claim set out to serve.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Connection, Integer, Row, bindparam, exists, or_, select, update

from incident.frozen import Frozen, Utc
from incident.jobs import Job
from storage.jobs.job_table import JOB, JobState


class ClaimedJob(Frozen):
    """A job in somebody's hands until `lease`; `attempts` counts this one."""

    id: int
    job: Job
    generation: int
    attempts: int
    claims: int
    owner: str
    lease: Utc


_OTHER = JOB.alias("other")
# Ready jobs of one team: a team's jobs are claimed by its own process, never by another team's.
READY_OF_TEAM: Final = (JOB.c.state == JobState.READY) & (JOB.c.team == bindparam("of_team"))
_NOW: Final[BindParameter[datetime]] = bindparam("now", type_=JOB.c.run_at.type)


def unblocked() -> ColumnElement[bool]:
    """Whether no earlier job of the lane is unfinished, and none whose result this one needs."""
    theirs = (_OTHER.c.team == JOB.c.team) & (_OTHER.c.state == JobState.READY)
    earlier = exists().where(theirs, _OTHER.c.lane == JOB.c.lane, _OTHER.c.id < JOB.c.id)
    needed = exists().where(theirs, _OTHER.c.key == JOB.c.needs)
    return ~earlier & ~needed


# The limit and SKIP LOCKED stay inside the CTE: PostgreSQL may run a plain subquery twice and take too many.
_DUE = (
    select(JOB.c.id)
    .where(READY_OF_TEAM, JOB.c.run_at <= _NOW)
    .where(or_(JOB.c.lease_until.is_(None), JOB.c.lease_until <= _NOW), unblocked())
    .order_by(JOB.c.rank, JOB.c.run_at, JOB.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, of=JOB)
    .cte("due")
)
# Built once: building a statement costs more than running it, and this one runs for every job.
_TAKE: Final = (
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
    given = {"of_team": team, "now": now, "most": limit, "owner": owner, "lease": lease}
    rows = connection.execute(_TAKE, given).all()
    return [_claimed(row) for row in sorted(rows, key=lambda row: (row.rank, row.run_at, row.id))]


def _claimed(row: Row[Any]) -> ClaimedJob:
    return ClaimedJob(
        id=row.id,
        job=Job.model_validate_json(row.payload),
        generation=row.serving,
        attempts=row.attempts,
        claims=row.claims,
        owner=row.lease_owner,
        lease=row.lease_until,
    )
