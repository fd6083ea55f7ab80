"""The named points at which a test may stop the process, to show that a restart completes what was begun.

They stand on both sides of the commit of each door and of the calls that must not be made twice or not at all, behind
the other calls that change something, where jobs of some kinds are claimed, noted or completed, and behind each line of
the spool. Knows the names and how to stop. Nothing in the product chooses one: whoever composes a worker or opens a
recorder hands it in. A test stops at the first time a point is reached.

Not every commit and call has a point. One before a call that may be made twice (a topic, a pin, an edit) would be one
behind the claim of the job. These go the way of another that has one:

- `no_channel` and `publish`, which post as `duties` and `say` do; `adopt`, which reads a channel back as `reconcile` does;
  `stamp` and `retention`, which call no Slack and look at each start what is left to do;
- the wish to have a channel read back, after a connection or a move of our own: it wants a job, as that for a Home tab
  does, and is wished again with the next connection or when Slack sends the event again;
- what is committed beside the record (drafts, heartbeats, the directory, the text of a policy), which is written again as
  it was;
- the calls made while the database is absent: a test that names them itself stops there, beside the lines of the spool.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Final

Failpoint = Callable[[str], None]

# By the function that opened the transaction: what somebody wants, what was said now or before the incident, what fell
# due, what came of a job, what recurs, who looks at their Home tab.
_DOORS: Final = ("run", "capture_all", "capture_into", "tick", "note_outcome", "want_once", "Edge.want_home")
_COMMIT: Final = ("before_commit", "committed")
# What would stand there twice, or not at all. A notice, duties and updates are posted as these are: one side is enough.
_ONCE: Final = (
    "make_channel:conversations.create",
    "card:chat.postMessage",
    "say:chat.postMessage",
    "page:chat.postMessage",
    "prompt:chat.postMessage",
    "before:chat.postMessage",
    "mask:chat.update",
    "read_in:chat.postEphemeral",
)
_AT_CALL: Final = ("before", "after")
_DONE: Final = (
    "members:conversations.invite",
    "card:chat.update",
    "pin_card:pins.add",
    "topic:conversations.setTopic",
    "bookmarks:bookmarks.add",
    "announce:chat.postMessage",
    "announce:chat.update",
    "duties:chat.postMessage",
    "update:chat.postMessage",
    "update_here:chat.postMessage",
    "page:chat.update",
    "prompt:chat.update",
    "prompt:chat.delete",
    "home:views.publish",
    "before:conversations.history",
    "reconcile:conversations.history",
)
# Where facts are noted, that is the commit of `note_outcome`; where there are none, it follows the last call.
_OF_JOBS: Final = (
    "make_channel:claimed",
    "make_channel:completed",
    "say:completed",
    "timer:completed",
    "checkpoint:noted",
    "checkpoint:completed",
    "reconcile:noted",
)
# While the database is absent: when a line of each kind is on the disk. What was written and what was flushed is the same
# to a process that is killed, and what was not written was not acknowledged, so that one point for each is enough.
_LINES: Final = ("request", "capture", "mark", "draft", "step", "tell", "done")
ABSENT: Final = tuple(f"spool:{kind}:after" for kind in _LINES)

FAILPOINTS: Final = (
    *(f"{door}:{edge}" for door in _DOORS for edge in _COMMIT),
    *(f"{call}:{edge}" for call in _ONCE for edge in _AT_CALL),
    *(f"{call}:after" for call in _DONE),
    *_OF_JOBS,
    *ABSENT,
)


def no_failpoint(name: str) -> None:
    """Go on, whatever point was reached."""


def killed_at(point: str) -> Failpoint:
    """Stop this process, without any goodbye, when the named point is reached."""
    if point not in FAILPOINTS:
        raise ValueError(f"no failpoint is called {point!r}")

    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached
