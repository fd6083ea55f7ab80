"""Dead letters: jobs that failed for good, with every job that needed their result. An operator can retry them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from incident.frozen import Frozen, Utc
from incident.jobs import Job
from storage.database.sqlite import by_index
from storage.jobs.claims import ClaimedJob
from storage.jobs.completions import NO_LEASE, RETRIED, finish, lock_version
from storage.jobs.job_table import JOB, JobState


class DeadJob(Frozen):
    """A dead letter: a job that is not tried again, and why."""

    id: int
    job: Job
    error: str
    attempts: int
    ended_at: Utc


def dead_letter(connection: Connection, claimed: ClaimedJob, error: str, now: datetime) -> tuple[DeadJob, ...]:
    """Make a claimed job and all jobs that need its result dead, and return them; none when the lease is lost.

    A job enqueued again since the claim becomes ready again instead.
    """
    version = lock_version(connection, claimed)
    if version is None:
        return ()
    if version != claimed.version:
        finish(connection, claimed, RETRIED)
        return ()
    rows = _mark_dead(connection, JOB.c.id == claimed.id, error, now)
    died = list(rows)
    while rows:
        keys, team = [row.key for row in rows], rows[0].team
        dependents = (JOB.c.team == team) & (JOB.c.state == JobState.READY) & JOB.c.needs.in_(keys)
        rows = _mark_dead(connection, dependents, f"needs {claimed.job.key}, which died: {error}", now)
        died += rows
    return tuple(_dead_job(row) for row in died)


def _mark_dead(connection: Connection, which: ColumnElement[bool], error: str, now: datetime) -> list[Row[Any]]:
    values = NO_LEASE | {"state": JobState.DEAD, "error": error, "ended_at": now, "result": None}
    return list(connection.execute(update(JOB).where(which).values(**values).returning(JOB)).all())


def _dead_job(row: Row[Any]) -> DeadJob:
    return DeadJob(
        id=row.id,
        job=Job.model_validate_json(row.payload),
        error=row.error or "",
        attempts=row.attempts,
        ended_at=row.ended_at,
    )


def retry_dead(connection: Connection, job_id: int, now: datetime, *, team: str) -> bool:
    """Make a dead job of the team ready again; False when there is none or its key is already enqueued again."""
    dead = select(JOB).where(JOB.c.id == job_id, JOB.c.state == JobState.DEAD, JOB.c.team == team)
    row = connection.execute(dead).one_or_none()
    if row is None:
        return False
    ready = select(JOB.c.id).where(JOB.c.team == row.team, JOB.c.key == row.key, JOB.c.state == JobState.READY)
    if connection.execute(ready).first() is not None:
        return False
    values = RETRIED | {"state": JobState.READY, "run_at": now, "ended_at": None}
    connection.execute(update(JOB).where(JOB.c.id == job_id).values(**values))
    return True


def latest(connection: Connection, limit: int, *, team: str) -> tuple[DeadJob, ...]:
    """Return the team's latest dead letters, newest first."""
    dead = select(JOB).where(JOB.c.state == JobState.DEAD, JOB.c.team == team)
    newest = dead.order_by(JOB.c.id.desc()).limit(limit).with_hint(JOB, *by_index("ix_job_due"))
    return tuple(_dead_job(row) for row in connection.execute(newest))
