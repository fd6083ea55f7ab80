"""Jobs that wait for a time that no longer counts: of a process that died, or by a clock that was set back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from incident.jobs import JobKind
from storage.jobs.claims import READY_OF_TEAM
from storage.jobs.completions import NO_LEASE
from storage.jobs.job_table import JOB

_MOVE: Final = update(JOB).where(JOB.c.id == bindparam("of_id")).values(run_at=bindparam("at"))


def free_leases(connection: Connection, *, team: str) -> int:
    """End the lease of every job of the team, and return how many there were. No process may be alive that has one."""
    leased = update(JOB).where(READY_OF_TEAM, JOB.c.lease_owner.is_not(None)).values(**NO_LEASE)
    return connection.execute(leased, {"of_team": team}).rowcount


def bring_forward(connection: Connection, now: datetime, by: timedelta, lease: timedelta, *, team: str) -> int:
    """Bring the team's jobs forward after the clock was set back by `by`, and return how many were moved.

    A timer is due at once, since its tick computes the next one. Any other job is due earlier by as much, never before
    `now`. No lease ends later than one that begins now.
    """
    late = select(JOB.c.id, JOB.c.kind, JOB.c.run_at).where(READY_OF_TEAM, JOB.c.run_at > now)
    rows = connection.execute(late, {"of_team": team}).all()
    moved = [{"of_id": row.id, "at": now if row.kind == JobKind.TIMER else max(now, row.run_at - by)} for row in rows]
    if moved:
        connection.execute(_MOVE, moved)
    too_long = update(JOB).where(READY_OF_TEAM, JOB.c.lease_until > now + lease).values(lease_until=now + lease)
    connection.execute(too_long, {"of_team": team})
    return len(moved)
