"""The only reader of a clock. Everything else is told what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Give the present moment, aware and in UTC."""


class RealClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Give the machine's time in UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands where it was set, for replays and tests. It never goes backwards."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)
        self._lock = Lock()

    def now(self) -> datetime:
        """Give the moment it was last set to."""
        with self._lock:
            return self._at

    def set(self, at: datetime) -> None:
        """Move to a moment; one that is already past changes nothing."""
        with self._lock:
            self._at = max(self._at, at.astimezone(UTC))


class SimulatedClock(SetClock):
    """A clock that is moved by hand until it is let run; from then on it keeps the machine's pace."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self._ahead: timedelta | None = None

    def now(self) -> datetime:
        """Give the moment it was set to, or, once it runs, how far the machine has come since."""
        return super().now() if self._ahead is None else datetime.now(UTC) + self._ahead

    def run(self) -> None:
        """Run from the moment it stands at."""
        self._ahead = super().now() - datetime.now(UTC)
