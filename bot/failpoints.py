"""The named points of sending at which a test may stop the process, to show that a restart completes what was begun.

Knows the names and how to stop. Nothing in the product chooses one: whoever composes a worker hands it in.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Final

Reached = Callable[[str], None]

_CALLS: Final = {
    "make_channel": ("conversations.create",),
    "members": ("conversations.invite",),
    "card": ("chat.postMessage",),
    "pin_card": ("pins.add",),
    "topic": ("conversations.setTopic",),
    "bookmarks": ("bookmarks.add",),
    "announce": ("chat.postMessage",),
    "say": ("chat.postMessage",),
}
_AT_CALL: Final = ("before", "after")
_NOTED: Final = "noted"

FAILPOINTS: Final = tuple(
    [f"{kind}:{call}:{edge}" for kind, calls in _CALLS.items() for call in calls for edge in _AT_CALL]
    + [f"{kind}:{_NOTED}" for kind in _CALLS]
)


def nothing_happens(name: str) -> None:
    """Go on, whatever point was reached."""


def killed_at(point: str) -> Reached:
    """Stop this process, without any goodbye, when the named point is reached."""
    if point not in FAILPOINTS:
        raise ValueError(f"no point of sending is called {point!r}")

    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached
