"""Detection of gaps in the connection to Slack, and the backfill after one.

Heartbeats are stored, so that the beginning of a gap is known after a crash. The beginning is recorded as soon as the gap
is noticed, at the latest before an event of the new connection is handled; the end is recorded after the backfill. Knows
no Slack: the receiver says whether it is connected.

A start waits for the newest incidents only; a job goes through the others page by page, however many are open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from commands.core.record_service import RecordService
from incident.effects.affected_surfaces import backfill_job, further_gaps_job
from incident.entries.conversation import GapNoted
from incident.model.incident import Incident
from storage.errors import Unavailable
from storage.store import Store

CHECK_EVERY: Final = timedelta(seconds=5)
HEARTBEAT: Final = timedelta(seconds=30)
BACKFILLED_FOR: Final = timedelta(days=1)
PAGE: Final = 20


class GapDetector:
    """The gap detector of one process. There is a gap if no process was connected for longer than `gap`.

    `backfills` counts how often backfills were enqueued.
    """

    def __init__(
        self,
        store: Store,
        record: RecordService,
        *,
        team: str,
        process: str,
        is_connected: Callable[[], bool],
        gap: timedelta,
    ) -> None:
        self._store = store
        self._record = record
        self._team = team
        self._process = process
        self._is_connected = is_connected
        self._gap = gap
        self._connected_at: datetime | None = None
        self._heartbeat_at: datetime | None = None
        self._gap_entries: dict[str, int] = {}
        self._gap_since: datetime | None = None
        self._is_backfill_due = False
        self.backfills = 0
        self._lock = Lock()

    def start(self) -> None:
        """Record the gap since the last heartbeat, before events are handled."""
        with self._lock:
            self._record_gap(self._record.clock.now())

    def check(self) -> None:
        """Record a heartbeat while connected, and a gap once the connection has been lost for too long."""
        with self._lock:
            now = self._record.clock.now()
            if self._is_connected():
                if self._is_backfill_due:
                    self._enqueue_backfill(now)
                self._connected_at = now
                # A heartbeat that lies in the future is from before the clock was set back.
                if self._heartbeat_at is None or not timedelta(0) <= now - self._heartbeat_at < HEARTBEAT:
                    self._record_heartbeat(now)
            elif self._connected_at is not None:
                self._record_heartbeat(self._connected_at)
                self._record_gap(now)

    def on_connected(self) -> None:
        """Enqueue the backfill; called on every new connection."""
        with self._lock:
            # If the database is unavailable, the next check enqueues it.
            self._is_backfill_due = True
            with suppress(Unavailable):
                self._enqueue_backfill(self._record.clock.now())

    def stop(self) -> None:
        """Record a last heartbeat on shutdown, so that a quick restart is no gap."""
        with self._lock:
            if self._is_connected():
                self._record_heartbeat(self._record.clock.now())

    def _enqueue_backfill(self, now: datetime) -> None:
        """Enqueue the backfill of every channel in which something may have been missed."""
        self._record_gap(now)
        affected = self._affected(now)
        jobs = [backfill_job(one, self._gap_entries.get(one.number), now) for one in affected]
        if len(affected) == PAGE:
            jobs.append(further_gaps_job(affected[-1].key, now, since=self._gap_since, until=now))
        self._store.recorder.transact(lambda unit: unit.enqueue(jobs, now))
        self._gap_entries = {}
        self._gap_since = None
        self._connected_at = now
        self._record_heartbeat(now)
        self._is_backfill_due = False
        self.backfills += 1

    def _record_heartbeat(self, at: datetime) -> None:
        if self._heartbeat_at != at:
            self._store.heartbeats.record(self._process, at)
            self._heartbeat_at = at

    def _record_gap(self, now: datetime) -> None:
        """Record the start of a gap once in each of the newest incidents; its end refers to that entry."""
        known = (at for at in (self._connected_at, self._store.heartbeats.latest()) if at is not None)
        since = max(known, default=None)
        if since is not None and now - since > self._gap:
            self._gap_since = since
            self._gap_entries |= {one.number: record_start(self._record, one, since) for one in self._affected(now)}

    def _affected(self, now: datetime) -> Sequence[Incident]:
        """Return the newest incidents whose channels are backfilled: open ones, and those that ended within the last day."""
        ended = now - BACKFILLED_FOR
        return self._record.read(lambda reader: reader.in_channels(self._team, ended_since=ended, limit=PAGE))


def record_start(record: RecordService, incident: Incident, since: datetime) -> int:
    """Record, once, the start of a gap in an incident, and return the number of the entry."""
    outcome = record.note(
        incident.key,
        [GapNoted(edge="begins")],
        f"gap:begins:{incident.key.id}:{since.isoformat()}",
        happened_at=max(since, incident.times.logged_at or since),
    )
    return outcome.first or 0
