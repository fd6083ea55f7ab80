"""Recent messages of channels without an incident, in memory: an incident may still be declared there.

Slack shows a channel as it is now; former texts of edited messages and deleted messages are only known from the events.
Nothing is stored, except in the spool while the database is unavailable. Messages are dropped after the policy's minutes,
and with the process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from commands.core.capture import Capture
from incident.entries.conversation import MessageDeleted, MessageEdited, MessagePosted
from incident.record.message_time import posted_at

MOST_PER_CHANNEL: Final = 500


class RecentMessages:
    """Captures of each channel, of messages posted in the last `minutes`; with 0 there are none."""

    def __init__(self, minutes: Callable[[], int] = lambda: 0) -> None:
        self._minutes = minutes
        self._captures: dict[str, deque[tuple[Capture, timedelta]]] = {}
        self._lock = Lock()

    def add(self, capture: Capture, now: datetime, waited: timedelta = timedelta(0)) -> None:
        """Add a capture of a message of the last minutes; each channel holds the latest `MOST_PER_CHANNEL`.

        `waited` is the time it was in the spool; it is kept that much longer.
        """
        if self._is_too_old(capture, now - waited):
            return
        with self._lock:
            self._captures.setdefault(capture.fact.channel, deque(maxlen=MOST_PER_CHANNEL)).append((capture, waited))

    def prune(self, now: datetime) -> None:
        """Drop captures that are too old for an incident declared now."""
        with self._lock:
            kept = {
                channel: deque(
                    (one for one in captures if not self._is_too_old(one[0], now - one[1])), maxlen=MOST_PER_CHANNEL
                )
                for channel, captures in self._captures.items()
            }
            self._captures = {channel: captures for channel, captures in kept.items() if captures}

    def posted_in(self, channel: str, since: datetime, until: datetime) -> tuple[Capture, ...]:
        """Return the captures of messages posted in a channel between two times, in order of arrival."""
        with self._lock:
            captures = tuple(self._captures.get(channel, ()))
        return tuple(one for one, _ in captures if (at := _posted_at(one)) is not None and since <= at <= until)

    def _is_too_old(self, capture: Capture, now: datetime) -> bool:
        at, minutes = _posted_at(capture), self._minutes()
        return at is None or not minutes or at < now - timedelta(minutes=minutes)


def _posted_at(capture: Capture) -> datetime | None:
    fact = capture.fact
    return posted_at(fact.ts) if isinstance(fact, MessagePosted | MessageEdited | MessageDeleted) else None
