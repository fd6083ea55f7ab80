"""The queue as the worker sees it: claim, then call, then complete. No transaction is open during the call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, func, select

from storage.database.sqlite import by_index
from storage.database.transactions import Transactions
from storage.errors import require_team
from storage.jobs import claims, completions
from storage.jobs.claims import READY_OF_TEAM, ClaimedJob
from storage.jobs.completions import DeadJob
from storage.jobs.job_table import JOB, JobState

__all__ = ["ClaimedJob", "DeadJob", "JobQueue"]

# What was taken may have been wanted again, for later than the end of its lease.
_FREE_AT: Final = case((JOB.c.lease_until > JOB.c.run_at, JOB.c.lease_until), else_=JOB.c.run_at)
# By itself SQLite would walk every job of the team, the done ones too.
_BY_STATE: Final = by_index("ix_job_due")
_EARLIEST: Final = (
    select(func.min(_FREE_AT, type_=JOB.c.run_at.type))
    .where(READY_OF_TEAM, claims.unblocked())
    .with_hint(JOB, *_BY_STATE)
)


class JobQueue:
    """Claims and ends the jobs of one team, each in a transaction of its own; without a team it raises TeamRequired."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._team = team

    def claim(self, now: datetime, owner: str, limit: int = 10, lease_seconds: float = 60) -> list[ClaimedJob]:
        """Take what is due, most urgent first, until the lease ends; nobody else gets it meanwhile."""
        team, lease = require_team(self._team), now + timedelta(seconds=lease_seconds)
        return self._transactions.write(
            lambda connection: claims.claim(connection, now, owner, limit, team=team, lease=lease)
        )

    def renew(self, claimed: ClaimedJob, until: datetime) -> bool:
        """Hold it for longer; False when it was taken away."""
        return self._transactions.write(lambda connection: completions.renew(connection, claimed, until))

    def shown(self, claimed: ClaimedJob) -> str | None:
        """Give the result that the last run of its key left, in whichever replica; None when that is not known."""
        return self._transactions.read(lambda connection: completions.last_result(connection, claimed))

    def complete(self, claimed: ClaimedJob, now: datetime, result: str | None = None) -> bool:
        """Say that it is done; False when it is not, since it was taken away or is wanted anew since the claim."""
        return self._transactions.write(lambda connection: completions.complete(connection, claimed, now, result))

    def retry(self, claimed: ClaimedJob, at: datetime, error: str) -> bool:
        """Put it back, to be tried again at `at`; False when it was taken away."""
        values = {"run_at": at, "error": error}
        return self._transactions.write(lambda connection: completions.release(connection, claimed, values))

    def postpone(self, claimed: ClaimedJob, at: datetime) -> bool:
        """Put it back untried, because a budget is spent; it does not count as an attempt."""
        values = {"run_at": at, "attempts": claimed.attempts - 1}
        return self._transactions.write(lambda connection: completions.release(connection, claimed, values))

    def dead(self, claimed: ClaimedJob, error: str, now: datetime) -> tuple[DeadJob, ...]:
        """Give up on it, and on every job that needs its result; give all that died, none when it was taken away.

        Where it is wanted anew since the claim, the new wish is tried instead.
        """
        return self._transactions.write(lambda connection: completions.dead_letter(connection, claimed, error, now))

    def revive(self, job_id: int, now: datetime) -> bool:
        """Try a dead job once more, unless its key is wanted again already."""
        team = require_team(self._team)
        return self._transactions.write(lambda connection: completions.retry_dead(connection, job_id, now, team=team))

    def earliest(self) -> datetime | None:
        """Tell when the next job can be claimed: its time, or the end of the lease it is under, the later of both."""
        ours = self._ours()
        return self._transactions.read(lambda connection: connection.execute(_EARLIEST, ours).scalar_one_or_none())

    def oldest_due(self, now: datetime) -> datetime | None:
        """Tell since when the job is due that has been due for longest, in somebody's hands or not."""
        ours = self._ours()
        oldest = select(func.min(JOB.c.run_at, type_=JOB.c.run_at.type)).where(READY_OF_TEAM, JOB.c.run_at <= now)
        found: datetime | None = self._transactions.read(lambda c: c.execute(oldest, ours).scalar_one())
        return found

    def counts(self) -> dict[tuple[str, str], int]:
        """Count the jobs that are not done by kind and state; a ready one in somebody's hands is `held`."""
        state = case((JOB.c.lease_owner.is_not(None), "held"), else_=JOB.c.state).label("stands")
        counted = select(JOB.c.kind, state, func.count()).group_by(JOB.c.kind, state).with_hint(JOB, *_BY_STATE)
        counted = counted.where(
            JOB.c.state.in_((JobState.READY, JobState.DEAD)), JOB.c.team == require_team(self._team)
        )
        rows = self._transactions.read(lambda connection: connection.execute(counted).all())
        return {(row[0], row[1]): row[2] for row in rows}

    def outstanding(self, now: datetime) -> int:
        """Count the jobs that are due and not ended, in somebody's hands or not."""
        ours, due = self._ours(), select(func.count()).select_from(JOB).where(READY_OF_TEAM, JOB.c.run_at <= now)
        return int(self._transactions.read(lambda connection: connection.execute(due, ours).scalar_one()))

    def buried(self, limit: int = 100) -> tuple[DeadJob, ...]:
        """Give the latest dead jobs, for `doctor` and for the page."""
        dead = select(JOB).where(JOB.c.state == JobState.DEAD, JOB.c.team == require_team(self._team))
        dead = dead.order_by(JOB.c.id.desc()).limit(limit).with_hint(JOB, *_BY_STATE)
        return self._transactions.read(lambda c: tuple(completions.dead_job(row) for row in c.execute(dead)))

    def forget_ended(self, before: datetime) -> int:
        """Drop what was done before a moment and tell how many; dead jobs stay until somebody looks at them."""
        team = require_team(self._team)
        return self._transactions.write(
            lambda connection: completions.prune(connection, before, team=team), first=False
        )

    def _ours(self) -> dict[str, str]:
        return {"of_team": require_team(self._team)}
