"""Opens the database and hands out its parts. The one place that knows how storage is put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import TracebackType

from sqlalchemy import Engine

from incident.ports import Recorder
from storage.database import schema
from storage.database.availability import Availability, MonitoredTransactions, translate_errors
from storage.database.commit_notifications import CommitNotifications
from storage.database.engine import make_engine
from storage.database.transactions import Transactions, transactions_of
from storage.directory import Directory
from storage.drafts import Drafts
from storage.heartbeats import Heartbeats
from storage.integrity.checkpoints import Checkpoints
from storage.integrity.key_rotation import SigningKeys
from storage.integrity.rfc3161_timestamps import Timestamps
from storage.jobs.job_queue import JobQueue
from storage.record import idempotency_keys
from storage.record.queries import Queries
from storage.record.recorder import SqlRecorder
from storage.record.retention_deletion import RetentionDeletion
from storage.triggers import record_triggers


class Store:
    """One open database. `team` is whose jobs, people, keys and drafts are meant where a call names no team."""

    def __init__(self, engine: Engine, inner: Transactions, team: str | None) -> None:
        self.engine = engine
        self.availability = Availability()
        self.transactions: Transactions = MonitoredTransactions(inner, self.availability)
        transactions = self.transactions
        self.team = team
        self._wake = CommitNotifications(engine)
        recorder = SqlRecorder(transactions, self._wake, team)
        self.recorder: Recorder = recorder
        self.appended_counts = recorder.appended_counts
        self.jobs = JobQueue(transactions, team)
        self.directory = Directory(transactions, team)
        self.drafts = Drafts(transactions, team)
        self.queries = Queries(transactions)
        self.heartbeats = Heartbeats(transactions, team)
        self.checkpoints = Checkpoints(transactions, team)
        self.timestamps = Timestamps(transactions, team)
        self.signing_keys = SigningKeys(transactions, team)
        self.retention = RetentionDeletion(transactions, team)

    def migrate(self) -> None:
        """Bring the database to this release's schema and prove that its guards fire."""
        with translate_errors():
            schema.migrate(self.engine)

    def reinstall_triggers(self) -> None:
        """Put the guards of an existing record in place again."""
        with translate_errors():
            schema.reinstall_triggers(self.engine)

    def grant(self, role: str) -> None:
        """Let a role of PostgreSQL run Muster without owning its tables."""
        self.transactions.write(lambda connection: record_triggers.grant(connection, role))

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call back, quickly and from any thread, whenever jobs were wanted and committed."""
        self._wake.on_commit(callback)

    def housekeep(self, now: datetime) -> None:
        """Drop what was kept for a while only: old outcomes, drafts and jobs that are done."""
        self.transactions.write(lambda connection: idempotency_keys.forget_old(connection, now), first=False)
        self.drafts.forget_old(now)
        self.jobs.forget_ended(now - idempotency_keys.KEPT_FOR)
        self.heartbeats.forget_old(now)

    def close(self) -> None:
        """Finish what waits to be written, stop listening, and let go of every connection."""
        self._wake.close()
        self.transactions.close()
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str, *, team: str | None = None) -> Store:
    """Open a database by its address; nothing is read or written until something is asked of it."""
    engine = make_engine(url)
    return Store(engine, transactions_of(engine), team)
