"""Jobs that wait for a time that no longer counts: of a process that died, or by a clock that was set back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from incident.jobs import JobKind
from storage.jobs.claims import READY_OF_TEAM
from storage.jobs.job_table import JOB

_MOVE: Final = update(JOB).where(JOB.c.id == bindparam("of_id")).values(run_at=bindparam("at"))


def shorten_leases(connection: Connection, until: datetime, *, team: str) -> int:
    """End every lease of the team no later than `until`, and return how many ended later."""
    longer = update(JOB).where(READY_OF_TEAM, JOB.c.lease_until > until).values(lease_until=until)
    return connection.execute(longer, {"of_team": team}).rowcount


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
    shorten_leases(connection, now + lease, team=team)
    return len(moved)
