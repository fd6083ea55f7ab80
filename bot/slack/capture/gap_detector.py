"""Whether Muster is there: when it was last connected to Slack, and what has to be made up for after it was not.

A heartbeat outlives the process, so that after a crash it is known since when Muster was away. A gap begins on the record
as soon as it is noticed, at the latest before anything of the new connection is read, and ends when the channel was read
back. Knows no Slack; whether there is a connection is told by whoever listens.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from bot.clock import Clock
from commands.core.run import note_outcome
from incident.effects.affected_surfaces import reconciling
from incident.entries.conversation import GapNoted
from incident.model.incident import Incident
from incident.policy import Policy
from storage.errors import Unavailable
from storage.store import Store

LOOK: Final = timedelta(seconds=5)
BEAT: Final = timedelta(seconds=30)
_STILL_READ: Final = timedelta(days=1)


class GapDetector:
    """One process's part in it. An absence counts as a gap when no process was connected for longer than `gap`.

    `made_up` counts how often something that may have been missed was made up for.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        policy: Callable[[], Policy],
        *,
        team: str,
        process: str,
        is_connected: Callable[[], bool],
        gap: timedelta,
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._team = team
        self._process = process
        self._is_connected = is_connected
        self._gap = gap
        self._seen_at: datetime | None = None
        self._beaten_at: datetime | None = None
        self._begun: dict[str, int] = {}
        self._is_owed = False
        self.made_up = 0
        self._lock = Lock()

    def begin(self) -> None:
        """Note, before anything is listened to, that nobody was there since the last heartbeat."""
        with self._lock:
            self._note_absence(self._clock.now())

    def look(self) -> None:
        """Note that we are connected, or, once we have not been for too long, that a gap has begun."""
        with self._lock:
            now = self._clock.now()
            if self._is_connected():
                if self._is_owed:
                    self._make_up(now)
                self._seen_at = now
                if self._beaten_at is None or now - self._beaten_at >= BEAT:
                    self._beat(now)
            elif self._seen_at is not None:
                self._beat(self._seen_at)
                self._note_absence(now)

    def greet(self) -> None:
        """Make up for what may have been missed: called whenever a connection is new."""
        with self._lock:
            # Should the database be away just now, the next look makes up for it.
            self._is_owed = True
            with suppress(Unavailable):
                self._make_up(self._clock.now())

    def end(self) -> None:
        """Note, on the way out, that we were here until now, so that a quick restart is no gap."""
        with self._lock:
            if self._is_connected():
                self._beat(self._clock.now())

    def _make_up(self, now: datetime) -> None:
        """Want every channel to be read back that something may have been missed in."""
        self._note_absence(now)
        jobs = [reconciling(one, self._begun.get(one.number), now) for one in self._affected(now)]
        self._store.recorder.transact(lambda unit: unit.enqueue(jobs, now))
        self._begun = {}
        self._seen_at = now
        self._beat(now)
        self._is_owed = False
        self.made_up += 1

    def _beat(self, at: datetime) -> None:
        if self._beaten_at != at:
            self._store.heartbeats.record(self._process, at)
            self._beaten_at = at

    def _note_absence(self, now: datetime) -> None:
        """Record the beginning of a gap, once for each incident, and keep the number of that entry for its end."""
        known = (at for at in (self._seen_at, self._store.heartbeats.latest()) if at is not None)
        since = max(known, default=None)
        if since is not None and now - since > self._gap:
            self._begun |= {one.number: self._begins(one, since, now) for one in self._affected(now)}

    def _begins(self, incident: Incident, since: datetime, now: datetime) -> int:
        outcome = note_outcome(
            incident.key,
            [GapNoted(edge="begins")],
            job=f"gap:begins:{incident.key.id}:{since.isoformat()}",
            recorder=self._store.recorder,
            policy=self._policy(),
            at=now,
            happened_at=max(since, incident.times.logged_at or since),
        )
        return outcome.first or 0

    def _affected(self, now: datetime) -> list[Incident]:
        """Give the incidents whose channels are read: the open ones, and those that ended within the last day."""
        ended = now - _STILL_READ
        found = self._store.queries.recent_incidents(self._team, ended)
        return [one for one in found if one.places.channel and (not one.is_over or one.states[-1].at >= ended)]
