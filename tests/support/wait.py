"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def until(condition: Callable[[], Value], what: str = "", seconds: float = 10) -> Value:
    """Return the condition's value as soon as it is true; AssertionError with `what` after this many seconds."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not true after {seconds} s: {what or condition}"
        time.sleep(0.005)
    return value
