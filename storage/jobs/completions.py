"""The end of a claim: renewed, released, done. Every statement is fenced, so that a worker without the lease changes nothing.

A job enqueued again while it is claimed has a new version; its completion makes it ready again, not done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, exists, false, select, update

from incident.jobs import JobKind
from storage.jobs.claims import ClaimedJob
from storage.jobs.job_table import JOB, JobState
from storage.tables import INCIDENT

NO_LEASE: Final = {"lease_owner": None, "lease_until": None}
_READY_AGAIN: Final = NO_LEASE | {"attempts": 0, "error": None}
# A dead job may have reached Slack, so its retry counts as a second attempt: its handler looks before it sends.
RETRIED: Final = _READY_AGAIN | {"attempts": 1, "result": None}

STORED_FOR: Final = {JobState.DONE: timedelta(hours=48), JobState.DEAD: timedelta(days=90)}

# Built once: building a statement costs more than running it, and these run for every job.
# The fence: `claims` counts every claim of the row, so a worker whose lease was taken over matches nothing.
_HAS_LEASE: Final = (
    (JOB.c.id == bindparam("of_id"))
    & (JOB.c.state == JobState.READY)
    & (JOB.c.lease_owner == bindparam("of_owner"))
    & (JOB.c.claims == bindparam("of_claim"))
)
_LOCK_VERSION: Final = select(JOB.c.wanted).where(_HAS_LEASE).with_for_update()
_LAST_RESULTS: Final = (
    select(JOB.c.id, JOB.c.result)
    .where(JOB.c.team == bindparam("of_team"), JOB.c.key == bindparam("of_key"), JOB.c.id <= bindparam("of_id"))
    .order_by(JOB.c.id.desc())
    .limit(2)
)
_IS_OPEN: Final = (JOB.c.state == JobState.DEAD) & exists().where(
    INCIDENT.c.team == JOB.c.team, INCIDENT.c.incident == JOB.c.incident, INCIDENT.c.is_over.is_(false())
)
_LATER: Final = JOB.alias("later")
_IS_LAST_HOME: Final = (
    (JOB.c.kind == JobKind.HOME.value)
    & (JOB.c.state == JobState.DONE)
    & ~exists().where(_LATER.c.team == JOB.c.team, _LATER.c.key == JOB.c.key, _LATER.c.id > JOB.c.id)
)
_FINISH: Final = update(JOB).where(JOB.c.id == bindparam("of_id"))


def _fence(claimed: ClaimedJob) -> dict[str, Any]:
    return {"of_id": claimed.id, "of_owner": claimed.owner, "of_claim": claimed.claims}


def lock_version(connection: Connection, claimed: ClaimedJob) -> int | None:
    """Lock a claimed job and return its current version; None when the lease is lost."""
    return connection.execute(_LOCK_VERSION, _fence(claimed)).scalar_one_or_none()


def finish(connection: Connection, claimed: ClaimedJob, values: Mapping[str, Any]) -> None:
    """Write the values that end a claim, after `lock_version`."""
    connection.execute(_FINISH, {"of_id": claimed.id, **values})


def release(connection: Connection, claimed: ClaimedJob, values: Mapping[str, Any]) -> bool:
    """Give up the lease of a job and write new values; False when the lease is lost."""
    return connection.execute(update(JOB).where(_HAS_LEASE).values(**NO_LEASE, **values), _fence(claimed)).rowcount == 1


def renew(connection: Connection, claimed: ClaimedJob, until: datetime) -> bool:
    """Extend a lease; False when it is lost."""
    return connection.execute(update(JOB).where(_HAS_LEASE).values(lease_until=until), _fence(claimed)).rowcount == 1


def last_result(connection: Connection, claimed: ClaimedJob) -> str | None:
    """Return the result of the previous run of the claimed job's key: from its own row, or else from the row before."""
    rows = connection.execute(
        _LAST_RESULTS, {"of_team": claimed.job.incident.team, "of_key": claimed.job.key, "of_id": claimed.id}
    )
    return next((row.result for row in rows if row.result is not None or row.id != claimed.id), None)


def complete(connection: Connection, claimed: ClaimedJob, now: datetime, result: str | None) -> bool:
    """Make a job done if its version is still the claimed one, else ready again; return whether it is done."""
    version = lock_version(connection, claimed)
    if version is None:
        return False
    is_done = version == claimed.version
    values = (
        NO_LEASE | {"state": JobState.DONE, "ended_at": now, "result": result, "error": None}
        if is_done
        else _READY_AGAIN | {"result": result}
    )
    finish(connection, claimed, values)
    return is_done


def prune(connection: Connection, now: datetime, *, team: str) -> int:
    """Delete the team's jobs that ended longer ago than their state is stored for, and return how many.

    Dead letters of open incidents stay: a later job that needs one must not run. The last drawing of each Home tab stays:
    it says who still sees what was drawn then.
    """
    ended = (
        delete(JOB).where(JOB.c.state == state, JOB.c.ended_at < now - stored_for, JOB.c.team == team)
        for state, stored_for in STORED_FOR.items()
    )
    return sum(connection.execute(one.where(~_IS_OPEN, ~_IS_LAST_HOME)).rowcount for one in ended)
