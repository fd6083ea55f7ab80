"""Keeps the calls to each Slack method below its rate limit, in order of rank. Knows Slack's tiers; makes no call.

Jobs of the first rank may use a whole tier and the others a share of it, so that making an incident usable never waits for
a card to be refreshed. A method for which Slack answered 429 is blocked for as long as Slack asks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from incident.jobs import LATER, NORMAL, URGENT, USABLE

_TIER_2, _TIER_3, _TIER_4, _POSTING = 20, 50, 100, 300
PER_MINUTE: Final[Mapping[str, int]] = {
    "bookmarks.add": _TIER_2,
    "bookmarks.list": _TIER_3,
    "chat.delete": _TIER_3,
    "chat.postEphemeral": _TIER_4,
    "chat.postMessage": _POSTING,
    "chat.update": _TIER_3,
    "conversations.create": _TIER_2,
    "conversations.history": _TIER_3,
    "conversations.info": _TIER_3,
    "conversations.invite": _TIER_3,
    "conversations.join": _TIER_3,
    "conversations.list": _TIER_2,
    "conversations.members": _TIER_4,
    "conversations.open": _TIER_3,
    "conversations.replies": _TIER_3,
    "conversations.rename": _TIER_2,
    "conversations.setTopic": _TIER_2,
    "files.info": _TIER_4,
    "pins.add": _TIER_2,
    "usergroups.users.list": _TIER_2,
    "users.conversations": _TIER_2,
    "users.info": _TIER_4,
    "views.publish": _TIER_4,
    "views.update": _TIER_4,
}
_SHARES: Final[Mapping[int, float]] = {USABLE: 1.0, URGENT: 0.9, NORMAL: 0.75, LATER: 0.5}
# Almost only backfills ask for replies, so they get most of the tier; a major incident still comes before others.
_SHARES_OF: Final[Mapping[str, Mapping[int, float]]] = {
    "conversations.replies": {USABLE: 1.0, URGENT: 0.95, NORMAL: 0.9, LATER: 0.75}
}
_MINUTE: Final = timedelta(minutes=1)
_IN_ONE_CHANNEL: Final = 5
_CHANNEL_WINDOW: Final = timedelta(seconds=5)
_MOST_NAMES: Final = 200


class RateLimiter:
    """The calls of the last minute by method, and the methods that Slack blocked.

    `counts` is off where the clock does not advance by itself, as in a replay: calls cannot be counted by the minute then.
    """

    def __init__(self, per_minute: Mapping[str, int] = PER_MINUTE, *, counts: bool = True) -> None:
        self._per_minute = per_minute
        self._counts = counts
        self._made: dict[str, deque[datetime]] = {}
        self._blocked_until: dict[str, datetime] = {}
        self._latest: datetime | None = None
        self._lock = Lock()

    def take(self, method: str, rank: int, now: datetime, channel: str | None = None) -> datetime | None:
        """Count one call and return None, or return the moment from which the call is allowed."""
        share = _SHARES_OF.get(method, _SHARES).get(rank, 0.5)
        allowed = max(1, int(self._per_minute.get(method, _TIER_2) * share))
        windows = [(method, allowed, _MINUTE)]
        if method == "chat.postMessage" and channel is not None:
            windows.append((f"{method} {channel}", _IN_ONE_CHANNEL, _CHANNEL_WINDOW))
        with self._lock:
            self._follow_clock(now)
            self._forget_quiet(now)
            free = [self._free_at(*window, now) for window in windows] if self._counts else []
            waits = [self._blocked_until.get(method, now), *free]
            if max(waits) > now:
                return max(waits)
            for name, _, _ in windows if self._counts else ():
                self._made[name].append(now)
        return None

    def block(self, method: str, until: datetime) -> None:
        """Allow no call of a method before the moment Slack named."""
        with self._lock:
            self._blocked_until[method] = max(until, self._blocked_until.get(method, until))

    def blocked(self, now: datetime) -> Mapping[str, datetime]:
        """Return the methods that are blocked, and until when."""
        with self._lock:
            return {method: until for method, until in self._blocked_until.items() if until > now}

    def _follow_clock(self, now: datetime) -> None:
        """Move what was counted along with a clock that was set back, or it would block calls until the clock is there again."""
        back = (self._latest or now) - now
        self._latest = now
        if back > timedelta(seconds=1):
            self._made = {name: deque(at - back for at in made) for name, made in self._made.items()}
            self._blocked_until = {method: until - back for method, until in self._blocked_until.items()}

    def _forget_quiet(self, now: datetime) -> None:
        """Forget channels and methods without a call in the last minute, so that a year's channels are not remembered."""
        if len(self._made) > _MOST_NAMES:
            self._made = {name: made for name, made in self._made.items() if made and made[-1] + _MINUTE > now}

    def _free_at(self, name: str, allowed: int, window: timedelta, now: datetime) -> datetime:
        made = self._made.setdefault(name, deque())
        while made and made[0] + window <= now:
            made.popleft()
        return now if len(made) < allowed else made[len(made) - allowed] + window
