"""The workspace's time: an injectable clock, and Slack's message timestamps ("1700000000.000100").

Timestamps are unique and increasing. Knows no timer: acknowledgements run on real time, elsewhere.
"""

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The workspace's clock."""

    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""
        ...


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that tests set; thread-safe."""

    def __init__(self, at: datetime) -> None:
        self._lock = threading.Lock()
        self._at = _aware(at)

    def now(self) -> datetime:
        """Return the time that was last set."""
        with self._lock:
            return self._at

    def set(self, at: datetime) -> None:
        """Set the clock, forwards or backwards."""
        with self._lock:
            self._at = _aware(at)

    def advance(self, seconds: float) -> None:
        """Move the clock forward by some seconds."""
        with self._lock:
            self._at += timedelta(seconds=seconds)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a clock needs an aware datetime")
    return at.astimezone(UTC)


class MessageTimestamps:
    """Message timestamps that follow the clock and never repeat or go backwards."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        """Return a timestamp later than every previous one, slightly ahead of a stopped clock."""
        micros = to_micros(self._clock.now())
        with self._lock:
            self._last = max(micros, self._last + 1)
            return format_ts(self._last)


def to_micros(at: datetime) -> int:
    """Return whole microseconds since 1970, without a float in between."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def format_ts(micros: int) -> str:
    """Format microseconds since 1970 as a Slack timestamp."""
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def parse_ts(ts: str) -> int:
    """Parse a timestamp as Slack does, "171" and "171.1" included. Raises ValueError."""
    whole, _, fraction = ts.partition(".")
    if not whole.isdigit() or (fraction and not fraction.isdigit()):
        raise ValueError(f"not a timestamp: {ts!r}")
    return int(whole) * 1_000_000 + int(fraction.ljust(6, "0")[:6] or 0)
