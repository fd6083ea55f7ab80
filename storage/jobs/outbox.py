"""Wants jobs and drops them, inside the transaction of what caused them. Knows nothing of workers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from incident.jobs import Job, JobKind
from storage.jobs.job_table import JOB, JobState

# Built once: every command wants several jobs, and building a statement costs more than running it.
_OF_KEY: Final = (JOB.c.team == bindparam("of_team")) & (JOB.c.key == bindparam("of_key"))
_STANDING: Final = (
    select(JOB)
    .where(JOB.c.team == bindparam("of_team"), JOB.c.key.in_(bindparam("of_keys", expanding=True)))
    .where(JOB.c.state == JobState.READY)
    .order_by(JOB.c.id)
    .with_for_update()
)
_LAST_STATE: Final = select(JOB.c.state).where(_OF_KEY).order_by(JOB.c.id.desc()).limit(1)
_INSERT: Final = insert(JOB)
_RAISE: Final = (
    update(JOB)
    .where(JOB.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in ("wanted", "payload", "rank", "run_at")})
)


def enqueue(connection: Connection, jobs: Sequence[Job], at: datetime) -> None:
    """Want jobs: a new row, or a raised generation of the one with this key that is not yet done."""
    for team in {job.incident.team for job in jobs}:
        # A key that is wanted twice at once is wanted as it was said last.
        ours = {job.key: job for job in jobs if job.incident.team == team}
        standing = connection.execute(_STANDING, {"of_team": team, "of_keys": list(ours)}).all()
        for row in standing:
            _want_again(connection, ours.pop(row.key), at, row)
        for job in ours.values():
            _want_new(connection, job, at)


def _want_again(connection: Connection, job: Job, at: datetime, row: Row[Any]) -> None:
    values = {
        "payload": job.model_dump_json(),
        "rank": min(row.rank, job.rank),
        "run_at": _next_run(job, job.run_at or at, row),
    }
    is_untouched = row.lease_owner is None and row.attempts == 0
    if is_untouched and all(getattr(row, name) == value for name, value in values.items()):
        return  # Nobody has begun it, so whoever does will see what is new; a busy incident wants its card all the time.
    connection.execute(_RAISE, {"of_id": row.id, "wanted": row.wanted + 1, **values})


def _next_run(job: Job, wanted: datetime, row: Row[Any]) -> datetime:
    standing: datetime = row.run_at
    # In somebody's hands the standing time has passed, so the new one is when to run next. A timer has one time.
    if row.lease_owner is not None or job.kind is JobKind.TIMER:
        return wanted
    # After a failure the back-off stands, or a busy incident would use up all attempts at once. Otherwise the sooner
    # of the two, so that a debounce which is renewed with each change cannot put the work off for good.
    return standing if row.attempts > 0 else min(wanted, standing)


def _want_new(connection: Connection, job: Job, at: datetime) -> None:
    doomed = job.needs is not None and _died(connection, job.incident.team, job.needs)
    values = {
        "team": job.incident.team,
        "key": job.key,
        "incident": job.incident.id,
        "kind": job.kind.value,
        "rank": job.rank,
        "lane": job.lane,
        "needs": job.needs,
        "run_at": job.run_at or at,
        "payload": job.model_dump_json(),
        "state": JobState.DEAD if doomed else JobState.READY,
        "error": f"needs {job.needs}, which died" if doomed else None,
        "ended_at": at if doomed else None,
    }
    connection.execute(_INSERT, values | {"wanted": 1, "serving": 0, "claims": 0, "attempts": 0})


def _died(connection: Connection, team: str, key: str) -> bool:
    """Tell whether the last job of this key is dead, so that nothing will bring the result others need."""
    last = connection.execute(_LAST_STATE, {"of_team": team, "of_key": key}).scalar_one_or_none()
    return last == JobState.DEAD


def cancel(connection: Connection, keys: Sequence[str], team: str) -> None:
    """Delete the team's jobs of these keys that are not yet done, and those that need them."""
    pending = tuple(keys)
    ours = (JOB.c.state == JobState.READY) & (JOB.c.team == team)
    while pending:
        needing = connection.execute(select(JOB.c.key).where(ours, JOB.c.needs.in_(pending))).scalars().all()
        connection.execute(delete(JOB).where(ours, JOB.c.key.in_(pending)))
        pending = tuple(needing)
