"""The moment at which tests start, and moments counted from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

T0: Final = datetime(2026, 6, 9, 10, 0, tzinfo=UTC)


def T(minutes: float = 0, seconds: float = 0) -> datetime:  # noqa: N802 - a moment of a test, as in T(5)
    """Return the moment this long after T0."""
    return T0 + timedelta(minutes=minutes, seconds=seconds)
