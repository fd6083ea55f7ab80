"""What was said lately in channels of no incident, in this process's memory alone: an incident may yet be declared there.

Slack shows afterwards how a channel reads now; what a message said before an edit, and what was deleted, only those know
who heard it. Nothing of this is written down, but for what waits in the spool while the database is absent; and it is gone
after the policy's minutes, with the process at the latest.
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

MOST_HEARD: Final = 500


class RecentMessages:
    """What was said in each channel, as it was heard, of messages posted in the last `minutes`; with 0 nothing is kept."""

    def __init__(self, minutes: Callable[[], int] = lambda: 0) -> None:
        self._minutes = minutes
        self._heard: dict[str, deque[tuple[Capture, timedelta]]] = {}
        self._lock = Lock()

    def hear(self, said: Capture, now: datetime, waited: timedelta = timedelta(0)) -> None:
        """Keep what was said about a message of the last minutes; of very much, the latest.

        What has waited for the database to come back is kept as much longer.
        """
        if self._is_late(said, now - waited):
            return
        with self._lock:
            self._heard.setdefault(said.fact.channel, deque(maxlen=MOST_HEARD)).append((said, waited))

    def forget(self, now: datetime) -> None:
        """Let go of what is too old to be captured for an incident declared now."""
        with self._lock:
            kept = {
                channel: deque((one for one in heard if not self._is_late(one[0], now - one[1])), maxlen=MOST_HEARD)
                for channel, heard in self._heard.items()
            }
            self._heard = {channel: heard for channel, heard in kept.items() if heard}

    def heard_in(self, channel: str, since: datetime, until: datetime) -> tuple[Capture, ...]:
        """Give what was heard of the messages posted in a channel between two moments, in the order it was heard."""
        with self._lock:
            heard = tuple(self._heard.get(channel, ()))
        return tuple(one for one, _ in heard if (at := _posted_at(one)) is not None and since <= at <= until)

    def _is_late(self, said: Capture, now: datetime) -> bool:
        at, minutes = _posted_at(said), self._minutes()
        return at is None or not minutes or at < now - timedelta(minutes=minutes)


def _posted_at(said: Capture) -> datetime | None:
    fact = said.fact
    return posted_at(fact.ts) if isinstance(fact, MessagePosted | MessageEdited | MessageDeleted) else None
