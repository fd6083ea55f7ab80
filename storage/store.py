"""The store: opens the database and composes the parts of storage."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final

from sqlalchemy import Engine, func, select

from incident.ports import Recorder
from storage.api.api_tokens import ApiTokens
from storage.api.webhooks import Webhooks
from storage.database import schema
from storage.database.availability import Availability, MonitoredTransactions, translate_errors
from storage.database.commit_notifications import CommitNotifications
from storage.database.engine import make_engine
from storage.database.transactions import Transactions, transactions_of
from storage.directory import Directory
from storage.drafts import Drafts
from storage.errors import require_team
from storage.files.evidence_files import EvidenceFiles
from storage.heartbeats import Heartbeats
from storage.intake.deliveries import Deliveries
from storage.integrity.checkpoints import Checkpoints
from storage.integrity.high_water_mark import HighWaterMark
from storage.integrity.key_rotation import SigningKeys
from storage.integrity.rfc3161_timestamps import Timestamps
from storage.jobs.job_queue import JobQueue
from storage.jobs.process_lock import ProcessLock
from storage.record import idempotency_keys
from storage.record.expired_incidents import RetentionDeletion
from storage.record.queries import Queries
from storage.record.recorder import SqlRecorder
from storage.tables import CHAIN
from storage.triggers import record_triggers

SETTLE: Final = timedelta(seconds=2)
_log = logging.getLogger(__name__)


class Store:
    """One open database. `team` owns the jobs, people, keys and drafts of calls that name no team."""

    def __init__(self, engine: Engine, inner: Transactions, team: str | None) -> None:
        self.engine = engine
        self.availability = Availability()
        self.transactions: Transactions = MonitoredTransactions(inner, self.availability)
        transactions = self.transactions
        self.team = team
        self._notifications = CommitNotifications(engine)
        self.high_water_mark = HighWaterMark(team)
        recorder = SqlRecorder(transactions, self._notifications, team, self.high_water_mark.see)
        self.recorder: Recorder = recorder
        self.appended_counts = recorder.appended_counts
        self.jobs = JobQueue(transactions, team)
        self._process_lock = ProcessLock(engine)
        self.directory = Directory(transactions, team)
        self.drafts = Drafts(transactions, team)
        self.tokens = ApiTokens(transactions, team)
        self.webhooks = Webhooks(transactions, team)
        self.queries = Queries(transactions)
        self.heartbeats = Heartbeats(transactions, team)
        self.checkpoints = Checkpoints(transactions, team, self.high_water_mark)
        self.timestamps = Timestamps(transactions, team)
        self.signing_keys = SigningKeys(transactions, team)
        self.retention = RetentionDeletion(transactions, team)
        self.files = EvidenceFiles()
        self.deliveries = Deliveries(transactions, self._notifications, team)

    def migrate(self) -> None:
        """Migrate the database to this release's schema and check that its triggers fire."""
        with translate_errors():
            schema.migrate(self.engine)

    def reinstall_triggers(self) -> None:
        """Reinstall the triggers of an existing record."""
        with translate_errors():
            schema.reinstall_triggers(self.engine)

    def grant(self, role: str) -> None:
        """Grant a PostgreSQL role what Muster needs without owning the tables."""
        self.transactions.write(lambda connection: record_triggers.grant(connection, role))

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Register a callback, called from any thread, for committed transactions that enqueued jobs; it must be quick."""
        self._notifications.on_commit(callback)

    def take_over_jobs(self, now: datetime) -> None:
        """Take over the jobs of killed processes, if this process alone works on a SQLite file, and be known to others.

        Slack may still execute a call of such a process, so their leases end `SETTLE` after `now`. On PostgreSQL they end
        by time.
        """
        self._process_lock.hold(lambda: self._shorten_leases(now + SETTLE))

    def newest_time(self) -> datetime | None:
        """Return the latest time of an entry or of a heartbeat of the team, None for an empty record."""
        recorded = select(func.max(CHAIN.c.recorded_at, type_=CHAIN.c.recorded_at.type)).where(
            CHAIN.c.team == require_team(self.team)
        )
        entry: datetime | None = self.transactions.read(lambda connection: connection.execute(recorded).scalar_one())
        return max((at for at in (entry, self.heartbeats.latest()) if at is not None), default=None)

    def bring_forward(self, now: datetime, by: timedelta, lease_seconds: float) -> None:
        """Bring forward what was dated before the clock was set back by `by`: jobs, leases, heartbeats."""
        moved = self.jobs.bring_forward(now, by, lease_seconds)
        self.heartbeats.bring_forward(now)
        _log.warning("%d jobs are brought forward by %.0f s, since the clock was set back", moved, by.total_seconds())

    def _shorten_leases(self, until: datetime) -> None:
        taken = self.jobs.shorten_leases(until)
        if taken:
            _log.warning("%d jobs of a process that was killed are taken over", taken)

    def delete_expired(self, now: datetime) -> None:
        """Delete what docs/reference/storage.md says expires by itself: keys, drafts, heartbeats, jobs."""
        self.transactions.write(lambda connection: idempotency_keys.delete_expired(connection, now), first=False)
        self.drafts.delete_expired(now)
        self.jobs.prune(now)
        idempotency_keys.delete_message_keys(self.transactions, now)
        self.heartbeats.delete_expired(now)
        self.deliveries.delete_expired(now)

    def close(self) -> None:
        """Stop listening, finish queued writes, and close every connection."""
        self._notifications.close()
        self.transactions.close()
        self.high_water_mark.save()
        self.engine.dispose()
        self._process_lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str, *, team: str | None = None) -> Store:
    """Open a database by its URL. The first call on the store connects; opening reads and writes nothing."""
    engine = make_engine(url)
    return Store(engine, transactions_of(engine), team)
