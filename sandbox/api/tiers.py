"""Slack's rate limits: a token bucket per method, and one per channel for posting, filled by the workspace's clock."""

import math
import threading
from dataclasses import dataclass

from sandbox.state.workspace_clock import Clock, to_micros

T1, T2, T3, T4, POSTING, SPECIAL = 1, 20, 50, 100, 300, 600
CONNECTION_BURST = 10
MESSAGE_BURST = 5


@dataclass
class _Bucket:
    remaining: float
    updated_at: int


class Tiers:
    """The token buckets."""

    def __init__(self, clock: Clock, *, strict: bool) -> None:
        self._clock = clock
        self._strict = strict
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def take(self, method: str, per_minute: int) -> int:
        """Take one call from a method's bucket. Return 0, or the seconds to wait."""
        burst = CONNECTION_BURST if per_minute == T1 else per_minute
        return self._take((method, ""), burst, per_minute / 60)

    def take_channel_slot(self, channel: str) -> int:
        """Take one message from a channel's bucket: one a second, with bursts. Return 0 or the seconds to wait."""
        return self._take(("chat.postMessage", channel), MESSAGE_BURST, 1.0)

    def _take(self, key: tuple[str, str], burst: float, per_second: float) -> int:
        if not self._strict:
            return 0
        now = to_micros(self._clock.now())
        with self._lock:
            bucket = self._buckets.setdefault(key, _Bucket(burst, now))
            refilled = max(0, now - bucket.updated_at) / 1_000_000 * per_second
            bucket.remaining, bucket.updated_at = min(burst, bucket.remaining + refilled), max(now, bucket.updated_at)
            if bucket.remaining >= 1:
                bucket.remaining -= 1
                return 0
            return max(1, math.ceil((1 - bucket.remaining) / per_second))
