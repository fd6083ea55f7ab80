"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")
# Seconds between two looks.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.002, 0.04


def until(condition: Callable[[], Value], what: str = "", seconds: float = 10) -> Value:
    """Return the condition's value as soon as it is true; AssertionError with `what` after this many seconds.

    It asks less and less often, since a question that costs a query takes the time of what it waits for.
    """
    deadline = time.monotonic() + seconds
    pause = SHORTEST_PAUSE
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not true after {seconds} s: {what or condition}"
        time.sleep(pause)
        pause = min(pause * 1.3, LONGEST_PAUSE)
    return value
