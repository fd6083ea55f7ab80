"""The only module that reads a clock; every other is handed the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """A source of the present time."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""


def steady_seconds() -> float:
    """Return the seconds since an unknown moment. No one can set them; where the system counts it, sleep is among them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class RealClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that shows the moment it was set to, for replays and tests. It never goes backwards."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)
        self._lock = Lock()

    def now(self) -> datetime:
        """Return the moment it was last set to."""
        with self._lock:
            return self._at

    def set(self, at: datetime) -> None:
        """Move to a moment; a moment in the past changes nothing."""
        with self._lock:
            self._at = max(self._at, at.astimezone(UTC))


class SimulatedClock(SetClock):
    """A clock that is set by hand until `run`; from then on it advances with the machine's."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self._ahead: timedelta | None = None

    def now(self) -> datetime:
        """Return the moment it was set to plus, once it runs, the time since `run`."""
        return super().now() if self._ahead is None else datetime.now(UTC) + self._ahead

    def run(self) -> None:
        """Advance from the moment it shows."""
        self._ahead = super().now() - datetime.now(UTC)
