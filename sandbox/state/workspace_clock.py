"""Time as the pretend workspace sees it: a clock that can be injected, and Slack's message timestamps.

It knows how a moment becomes Slack's "1700000000.000100" text and how to keep those unique and increasing. It refuses to
know who waits for what: acknowledgement timers run on real time, elsewhere.
"""

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tell the time of the workspace."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        ...


class RealClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until someone moves it; safe to move from any thread."""

    def __init__(self, at: datetime) -> None:
        self._lock = threading.Lock()
        self._at = _aware(at)

    def now(self) -> datetime:
        """Return the moment the clock was last set to."""
        with self._lock:
            return self._at

    def set(self, at: datetime) -> None:
        """Move the clock to a moment, which may lie before the present one."""
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
    """Hand out message timestamps that follow the clock and never repeat or run backwards."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        """Return a timestamp later than every one given before, a little ahead of a clock that stands still."""
        micros = to_micros(self._clock.now())
        with self._lock:
            self._last = max(micros, self._last + 1)
            return format_ts(self._last)


def to_micros(at: datetime) -> int:
    """Return whole microseconds since 1970 without passing through a float."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def format_ts(micros: int) -> str:
    """Write microseconds since 1970 as Slack writes a timestamp."""
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def parse_ts(ts: str) -> int:
    """Read a timestamp as Slack reads one, "171" and "171.1" included; raise ValueError when it is none."""
    whole, _, fraction = ts.partition(".")
    if not whole.isdigit() or (fraction and not fraction.isdigit()):
        raise ValueError(f"not a timestamp: {ts!r}")
    return int(whole) * 1_000_000 + int(fraction.ljust(6, "0")[:6] or 0)
