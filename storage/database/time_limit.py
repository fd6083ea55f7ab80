"""How long whoever is waiting for the database may still wait. Knows no database.

Somebody in Slack waits three seconds and no longer, so the edge says at the door how much of that storage may use, for
all of its transactions together. Whoever says nothing waits as long as it takes.
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
    """Let storage use no more than this many seconds inside; never more than is left already."""
    until, outer = time.monotonic() + seconds, _UNTIL.get()
    token = _UNTIL.set(until if outer is None else min(until, outer))
    try:
        yield
    finally:
        _UNTIL.reset(token)


def seconds_left() -> float | None:
    """Tell how many seconds are left, or None where nobody set a bound; raise Unavailable when they are over."""
    until = _UNTIL.get()
    if until is None:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise Unavailable("slow")
    return left


class Cancellation:
    """Whether somebody still waits for a work. What nobody waits for is not committed, if that can still be helped."""

    def __init__(self) -> None:
        self._gone = threading.Event()

    def give_up(self) -> Unavailable:
        """Wait no longer."""
        self._gone.set()
        return Unavailable("slow")

    def check(self) -> None:
        """Raise Unavailable when nobody waits any more."""
        if self._gone.is_set():
            raise Unavailable("slow")
