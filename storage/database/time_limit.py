"""A time limit for database calls, carried in a context variable. Knows no database.

Slack waits three seconds for an acknowledgement, so the gateway limits the total time of all transactions of one
request. Without a limit, calls wait as long as they take.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from storage.errors import Unavailable

_UNTIL: Final[ContextVar[float | None]] = ContextVar("until", default=None)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit the database calls inside to this many seconds in total; an outer limit that ends sooner stays in force."""
    until, outer = time.monotonic() + seconds, _UNTIL.get()
    token = _UNTIL.set(until if outer is None else min(until, outer))
    try:
        yield
    finally:
        _UNTIL.reset(token)


def seconds_left() -> float | None:
    """Return the seconds left, or None without a limit; raise `Unavailable` when the limit has passed."""
    until = _UNTIL.get()
    if until is None:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise Unavailable("slow")
    return left


class Cancellation:
    """A flag by which a caller whose time limit passed cancels its work before the commit."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()

    def cancel(self) -> Unavailable:
        """Cancel the work, and return the error for the caller to raise."""
        self._cancelled.set()
        return Unavailable("slow")

    def check(self) -> None:
        """Raise `Unavailable` if the work was cancelled."""
        if self._cancelled.is_set():
            raise Unavailable("slow")
