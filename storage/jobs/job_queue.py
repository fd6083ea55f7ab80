"""The job queue of the worker: claim, call, complete. No transaction is open during the call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, case, func, select

from storage.database.sqlite import by_index
from storage.database.transactions import Transactions
from storage.errors import require_team
from storage.jobs import claims, completions, dead_letters, recovery
from storage.jobs.claims import READY_OF_TEAM, ClaimedJob
from storage.jobs.dead_letters import DeadJob
from storage.jobs.job_table import JOB, JobState

__all__ = ["ClaimedJob", "DeadJob", "JobQueue"]

# A leased job may have been enqueued again, for a time after the end of its lease.
_CLAIMABLE_AT: Final = case((JOB.c.lease_until > JOB.c.run_at, JOB.c.lease_until), else_=JOB.c.run_at)
# Without the hint SQLite scans every job of the team, done ones included.
_BY_STATE: Final = by_index("ix_job_due")
_NEXT_RUN_AT: Final = (
    select(func.min(_CLAIMABLE_AT, type_=JOB.c.run_at.type))
    .where(READY_OF_TEAM, claims.unblocked())
    .with_hint(JOB, *_BY_STATE)
)


class JobQueue:
    """The jobs of one team; each call is a transaction of its own. Without a team it raises `TeamRequired`."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._team = team

    def claim(self, now: datetime, owner: str, limit: int = 10, lease_seconds: float = 60) -> list[ClaimedJob]:
        """Claim up to `limit` due jobs, most urgent first; no other worker claims them before the lease ends."""
        team, lease = require_team(self._team), now + timedelta(seconds=lease_seconds)
        return self._transactions.write(
            lambda connection: claims.claim(connection, now, owner, limit, team=team, lease=lease)
        )

    def renew(self, many: Sequence[ClaimedJob], until: datetime) -> Sequence[ClaimedJob]:
        """Extend leases in one transaction, and return the jobs whose lease is lost."""

        def work(connection: Connection) -> list[ClaimedJob]:
            return [one for one in many if not completions.renew(connection, one, until)]

        return self._transactions.write(work) if many else ()

    def shorten_leases(self, until: datetime) -> int:
        """End every lease of the team no later than `until`, and return how many ended later."""
        team = require_team(self._team)
        return self._transactions.write(lambda connection: recovery.shorten_leases(connection, until, team=team))

    def bring_forward(self, now: datetime, by: timedelta, lease_seconds: float) -> int:
        """Bring jobs and ends of leases forward after the clock was set back by `by`; return how many jobs were moved."""
        team, lease = require_team(self._team), timedelta(seconds=lease_seconds)
        return self._transactions.write(lambda c: recovery.bring_forward(c, now, by, lease, team=team))

    def last_result(self, claimed: ClaimedJob) -> str | None:
        """Return the result of the previous run of the job's key, in any replica; None when there is none."""
        return self._transactions.read(lambda connection: completions.last_result(connection, claimed))

    def complete(self, claimed: ClaimedJob, now: datetime, result: str | None = None) -> bool:
        """Make a job done; False when the lease is lost or the job was enqueued again since the claim."""
        return self._transactions.write(lambda connection: completions.complete(connection, claimed, now, result))

    def retry(self, claimed: ClaimedJob, at: datetime, error: str) -> bool:
        """Release a failed job, to be tried again at `at`; False when the lease is lost."""
        values = {"run_at": at, "error": error}
        return self._transactions.write(lambda connection: completions.release(connection, claimed, values))

    def postpone(self, claimed: ClaimedJob, at: datetime) -> bool:
        """Release a rate-limited job until `at`; the claim does not count as an attempt."""
        values = {"run_at": at, "attempts": claimed.attempts - 1}
        return self._transactions.write(lambda connection: completions.release(connection, claimed, values))

    def dead_letter(self, claimed: ClaimedJob, error: str, now: datetime) -> tuple[DeadJob, ...]:
        """Make a job and all jobs that need its result dead, and return them; none when the lease is lost.

        A job enqueued again since the claim becomes ready again instead.
        """
        return self._transactions.write(lambda connection: dead_letters.dead_letter(connection, claimed, error, now))

    def retry_dead(self, job_id: int, now: datetime) -> bool:
        """Make a dead job ready again; False when there is none or its key is already enqueued again."""
        team = require_team(self._team)
        return self._transactions.write(lambda connection: dead_letters.retry_dead(connection, job_id, now, team=team))

    def next_run_at(self) -> datetime | None:
        """Return when the next job can be claimed: its time or the end of its lease, whichever is later; None without jobs."""
        ours = self._ours()
        return self._transactions.read(lambda connection: connection.execute(_NEXT_RUN_AT, ours).scalar_one_or_none())

    def oldest_due(self, now: datetime) -> datetime | None:
        """Return the time of the job that has been due for longest, leased or not; None without due jobs."""
        ours = self._ours()
        oldest = select(func.min(JOB.c.run_at, type_=JOB.c.run_at.type)).where(READY_OF_TEAM, JOB.c.run_at <= now)
        found: datetime | None = self._transactions.read(lambda c: c.execute(oldest, ours).scalar_one())
        return found

    def counts(self) -> dict[tuple[str, str], int]:
        """Return the number of jobs that are not done by kind and state; the state of a leased one is `held`."""
        state = case((JOB.c.lease_owner.is_not(None), "held"), else_=JOB.c.state).label("shown_state")
        counted = select(JOB.c.kind, state, func.count()).group_by(JOB.c.kind, state).with_hint(JOB, *_BY_STATE)
        counted = counted.where(
            JOB.c.state.in_((JobState.READY, JobState.DEAD)), JOB.c.team == require_team(self._team)
        )
        rows = self._transactions.read(lambda connection: connection.execute(counted).all())
        return {(row[0], row[1]): row[2] for row in rows}

    def due_count(self, now: datetime) -> int:
        """Return the number of due jobs, leased or not."""
        ours, due = self._ours(), select(func.count()).select_from(JOB).where(READY_OF_TEAM, JOB.c.run_at <= now)
        return int(self._transactions.read(lambda connection: connection.execute(due, ours).scalar_one()))

    def dead_letters(self, limit: int = 100) -> tuple[DeadJob, ...]:
        """Return the latest dead letters, newest first."""
        team = require_team(self._team)
        return self._transactions.read(lambda connection: dead_letters.latest(connection, limit, team=team))

    def prune(self, now: datetime) -> int:
        """Delete jobs that were done 48 hours ago and dead letters of 90 days ago, and return how many."""
        team = require_team(self._team)
        return self._transactions.write(lambda connection: completions.prune(connection, now, team=team), first=False)

    def _ours(self) -> dict[str, str]:
        return {"of_team": require_team(self._team)}
