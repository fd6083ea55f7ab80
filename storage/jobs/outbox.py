"""The outbox: enqueues and cancels jobs in the transaction that caused them. Knows nothing of workers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from incident.jobs import Job, JobKind
from roles.person_ids import PersonId
from storage.jobs.job_table import JOB, JobState

# Built once: every command enqueues several jobs, and building a statement costs more than running it.
_OF_KEY: Final = (JOB.c.team == bindparam("of_team")) & (JOB.c.key == bindparam("of_key"))
_READY_ROWS: Final = (
    select(JOB)
    .where(JOB.c.team == bindparam("of_team"), JOB.c.key.in_(bindparam("of_keys", expanding=True)))
    .where(JOB.c.state == JobState.READY)
    .order_by(JOB.c.id)
    .with_for_update()
)
_LAST_STATE: Final = select(JOB.c.state).where(_OF_KEY).order_by(JOB.c.id.desc()).limit(1)
_INSERT: Final = insert(JOB)
_NEW_VERSION: Final = (
    update(JOB)
    .where(JOB.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in ("wanted", "payload", "rank", "run_at")})
)


def enqueue(connection: Connection, jobs: Sequence[Job], at: datetime) -> None:
    """Enqueue jobs: a new row, or a new version of the row with the same key that is not yet done."""
    for team in {job.incident.team for job in jobs}:
        # Of two jobs with one key the last counts.
        ours = {job.key: job for job in jobs if job.incident.team == team}
        ready = connection.execute(_READY_ROWS, {"of_team": team, "of_keys": list(ours)}).all()
        for row in ready:
            _enqueue_again(connection, ours.pop(row.key), at, row)
        for job in ours.values():
            _insert_new(connection, job, at)


def _enqueue_again(connection: Connection, job: Job, at: datetime, row: Row[Any]) -> None:
    values = {
        "payload": job.model_dump_json(by_alias=True),
        "rank": min(row.rank, job.rank),
        "run_at": _next_run(job, job.run_at or at, row),
    }
    is_untouched = row.lease_owner is None and row.attempts == 0
    if is_untouched and all(getattr(row, name) == value for name, value in values.items()):
        return  # Not yet claimed: its first run sees the latest state. A busy incident enqueues its card all the time.
    connection.execute(_NEW_VERSION, {"of_id": row.id, "wanted": row.wanted + 1, **values})


def _next_run(job: Job, requested: datetime, row: Row[Any]) -> datetime:
    scheduled: datetime = row.run_at
    # The time of a leased job has passed, so the requested time is its next. A timer has one time.
    if row.lease_owner is not None or job.kind is JobKind.TIMER:
        return requested
    # After a failure the back-off stays, or a busy incident would use up all attempts at once. Otherwise the earlier of
    # the two counts, so that a debounce renewed with each change cannot postpone the job forever.
    return scheduled if row.attempts > 0 else min(requested, scheduled)


def _insert_new(connection: Connection, job: Job, at: datetime) -> None:
    is_dead = job.needs is not None and _is_dead(connection, job.incident.team, job.needs)
    values = {
        "team": job.incident.team,
        "key": job.key,
        "incident": job.incident.id,
        "kind": job.kind.value,
        "rank": job.rank,
        "lane": job.ordering_key,
        "needs": job.needs,
        "run_at": job.run_at or at,
        "payload": job.model_dump_json(by_alias=True),
        "state": JobState.DEAD if is_dead else JobState.READY,
        "error": f"needs {job.needs}, which died" if is_dead else None,
        "ended_at": at if is_dead else None,
    }
    connection.execute(_INSERT, values | {"wanted": 1, "serving": 0, "claims": 0, "attempts": 0})


def _is_dead(connection: Connection, team: str, key: str) -> bool:
    """True if the last job of this key is dead, so that its result will never exist."""
    last = connection.execute(_LAST_STATE, {"of_team": team, "of_key": key}).scalar_one_or_none()
    return last == JobState.DEAD


def people_of(connection: Connection, team: str, kind: JobKind) -> tuple[PersonId, ...]:
    """Return the people who have a job of a kind, done or not, each once."""
    payloads = connection.execute(select(JOB.c.payload).where(JOB.c.team == team, JOB.c.kind == kind.value)).scalars()
    people = (Job.model_validate_json(payload).person for payload in payloads)
    return tuple(dict.fromkeys(person for person in people if person is not None))


def cancel(connection: Connection, keys: Sequence[str], team: str) -> None:
    """Delete the team's jobs of these keys that are not yet done, and the jobs that need them."""
    pending = tuple(keys)
    ours = (JOB.c.state == JobState.READY) & (JOB.c.team == team)
    while pending:
        dependents = connection.execute(select(JOB.c.key).where(ours, JOB.c.needs.in_(pending))).scalars().all()
        connection.execute(delete(JOB).where(ours, JOB.c.key.in_(pending)))
        pending = tuple(dependents)
