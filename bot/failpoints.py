"""The named points at which a test may stop the process, to show that a restart completes what was begun.

They stand at every commit and every call: before a transaction of each door is committed and after it, before and after
each call that changes something in Slack, where a job is claimed, noted and completed, and behind each line of the
spool. Knows the names and how to stop. Nothing in the product chooses one: whoever composes a worker or opens a
recorder hands it in.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Final

Reached = Callable[[str], None]

# By the function that opened the transaction: what somebody wants, what was said, what fell due, what came of a job.
_DOORS: Final = ("run", "capture_all", "tick", "note_outcome", "want_once")
_COMMIT: Final = ("before_commit", "committed")
_CALLS: Final[Mapping[str, Sequence[str]]] = {
    "make_channel": ("conversations.create",),
    "members": ("conversations.invite",),
    "card": ("chat.postMessage", "chat.update"),
    "pin_card": ("pins.add",),
    "topic": ("conversations.setTopic",),
    "bookmarks": ("bookmarks.add",),
    "announce": ("chat.postMessage", "chat.update"),
    "say": ("chat.postMessage",),
    "duties": ("chat.postMessage",),
    "update": ("chat.postMessage",),
    "page": ("chat.postMessage", "chat.update"),
    "prompt": ("chat.postMessage", "chat.delete"),
    "home": ("views.publish",),
}
_AT_CALL: Final = ("before", "after")
_OF_JOBS: Final = (
    "make_channel:claimed",
    "make_channel:noted",
    "make_channel:completed",
    "say:noted",
    "say:completed",
    "timer:noted",
    "timer:completed",
    "checkpoint:noted",
    "checkpoint:completed",
    "reconcile:conversations.history:after",
    "reconcile:noted",
)
# While the database is absent: when a line of each kind is on the disk. What was written and what was flushed is the same
# to a process that is killed, and what was not written was not acknowledged, so that one point for each is enough.
ABSENT: Final = tuple(f"spool:{kind}:after" for kind in ("request", "capture", "step", "tell", "done"))

FAILPOINTS: Final = (
    *(f"{door}:{edge}" for door in _DOORS for edge in _COMMIT),
    *(f"{kind}:{call}:{edge}" for kind, calls in _CALLS.items() for call in calls for edge in _AT_CALL),
    *_OF_JOBS,
    *ABSENT,
)


def nothing_happens(name: str) -> None:
    """Go on, whatever point was reached."""


def killed_at(point: str) -> Reached:
    """Stop this process, without any goodbye, when the named point is reached."""
    if point not in FAILPOINTS:
        raise ValueError(f"no failpoint is called {point!r}")

    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached
