"""What becomes of a claimed job: done, put back, dead. Each is fenced, so that a late owner changes nothing.

Whatever was wanted while a job was in somebody's hands raised its generation; it is then ready again, never done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, select, update

from incident.frozen import Frozen, Utc
from incident.jobs import Job
from storage.jobs.claims import ClaimedJob
from storage.jobs.job_table import JOB, JobState


class DeadJob(Frozen):
    """A job that will not be tried again, and why."""

    id: int
    job: Job
    error: str
    attempts: int
    ended_at: Utc


_FREE: Final = {"lease_owner": None, "lease_until": None}
_ANEW: Final = _FREE | {"attempts": 0, "error": None}
# What was given up may have reached Slack all the same, so the next attempt is not the first: it looks first.
_AFTER_DEATH: Final = _ANEW | {"attempts": 1, "result": None}


# Built once: building a statement costs more than running it, and these run for every job.
_HELD: Final = (
    (JOB.c.id == bindparam("of_id"))
    & (JOB.c.state == JobState.READY)
    & (JOB.c.lease_owner == bindparam("of_owner"))
    & (JOB.c.claims == bindparam("of_claim"))
)
_WANTED: Final = select(JOB.c.wanted).where(_HELD).with_for_update()
_LAST: Final = (
    select(JOB.c.id, JOB.c.result)
    .where(JOB.c.team == bindparam("of_team"), JOB.c.key == bindparam("of_key"), JOB.c.id <= bindparam("of_id"))
    .order_by(JOB.c.id.desc())
    .limit(2)
)
_END: Final = update(JOB).where(JOB.c.id == bindparam("of_id"))


def _of(claimed: ClaimedJob) -> dict[str, Any]:
    return {"of_id": claimed.id, "of_owner": claimed.owner, "of_claim": claimed.claims}


def _wanted(connection: Connection, claimed: ClaimedJob) -> int | None:
    """Give the generation wanted now; None when the claim is no longer ours."""
    return connection.execute(_WANTED, _of(claimed)).scalar_one_or_none()


def release(connection: Connection, claimed: ClaimedJob, values: Mapping[str, Any]) -> bool:
    """Let go of a job, with new values; False when the claim is no longer ours."""
    return connection.execute(update(JOB).where(_HELD).values(**_FREE, **values), _of(claimed)).rowcount == 1


def renew(connection: Connection, claimed: ClaimedJob, until: datetime) -> bool:
    """Move the end of a lease; False when the claim is no longer ours."""
    return connection.execute(update(JOB).where(_HELD).values(lease_until=until), _of(claimed)).rowcount == 1


def last_result(connection: Connection, claimed: ClaimedJob) -> str | None:
    """Give the result of the run of this key before the claimed one: of the same row, or else of the row before."""
    rows = connection.execute(
        _LAST, {"of_team": claimed.job.incident.team, "of_key": claimed.job.key, "of_id": claimed.id}
    )
    return next((row.result for row in rows if row.result is not None or row.id != claimed.id), None)


def complete(connection: Connection, claimed: ClaimedJob, now: datetime, result: str | None) -> bool:
    """Make it done if the generation it served is still the wanted one, else ready again."""
    wanted = _wanted(connection, claimed)
    if wanted is None:
        return False
    is_done = wanted == claimed.generation
    values = (
        _FREE | {"state": JobState.DONE, "ended_at": now, "result": result, "error": None}
        if is_done
        else _ANEW | {"result": result}
    )
    connection.execute(_END, {"of_id": claimed.id, **values})
    return is_done


def dead_letter(connection: Connection, claimed: ClaimedJob, error: str, now: datetime) -> tuple[DeadJob, ...]:
    """Make it dead, and all that need its result; ready again where it was wanted anew meanwhile."""
    wanted = _wanted(connection, claimed)
    if wanted is None:
        return ()
    if wanted != claimed.generation:
        connection.execute(_END, {"of_id": claimed.id, **_AFTER_DEATH})
        return ()
    buried = [_kill(connection, JOB.c.id == claimed.id, error, now)]
    while buried[-1]:
        keys = [row.key for row in buried[-1]]
        team = buried[-1][0].team
        needing = (JOB.c.team == team) & (JOB.c.state == JobState.READY) & JOB.c.needs.in_(keys)
        buried.append(_kill(connection, needing, f"needs {claimed.job.key}, which died: {error}", now))
    return tuple(dead_job(row) for rows in buried for row in rows)


def _kill(connection: Connection, which: ColumnElement[bool], error: str, now: datetime) -> list[Row[Any]]:
    values = _FREE | {"state": JobState.DEAD, "error": error, "ended_at": now, "result": None}
    return list(connection.execute(update(JOB).where(which).values(**values).returning(JOB)).all())


def dead_job(row: Row[Any]) -> DeadJob:
    """Read a dead job from its row."""
    return DeadJob(
        id=row.id,
        job=Job.model_validate_json(row.payload),
        error=row.error or "",
        attempts=row.attempts,
        ended_at=row.ended_at,
    )


def retry_dead(connection: Connection, job_id: int, now: datetime, *, team: str) -> bool:
    """Make a dead job of the team ready again, unless its key is wanted again already."""
    dead = select(JOB).where(JOB.c.id == job_id, JOB.c.state == JobState.DEAD, JOB.c.team == team)
    row = connection.execute(dead).one_or_none()
    if row is None:
        return False
    ready = select(JOB.c.id).where(JOB.c.team == row.team, JOB.c.key == row.key, JOB.c.state == JobState.READY)
    if connection.execute(ready).first() is not None:
        return False
    values = _AFTER_DEATH | {"state": JobState.READY, "run_at": now, "ended_at": None}
    connection.execute(update(JOB).where(JOB.c.id == job_id).values(**values))
    return True


def prune(connection: Connection, before: datetime, *, team: str) -> int:
    """Delete the team's jobs that were done before a moment and return how many."""
    done = delete(JOB).where(JOB.c.state == JobState.DONE, JOB.c.ended_at < before, JOB.c.team == team)
    return connection.execute(done).rowcount
