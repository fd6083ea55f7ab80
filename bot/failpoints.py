"""Named points at which a test kills the process, to show that a restart completes what was started.

They lie on both sides of the commit of each entry point and of the calls that must be made exactly once, behind the other
calls that change something, where jobs of some kinds are claimed, recorded or completed, and behind each line of the spool.
Production code calls none that stops anything: a test hands in the function that does, when it composes the application
or opens the recorder. A test stops at the first time a point is reached.

Not every commit and call has a point. A point before a call that may be repeated (a topic, a pin, an edit) would equal
one behind the claim of its job. These take the path of another that has a point:

- `say_elsewhere`, `no_channel`, `not_invited`, `approver`, `subscriber_notice`, `notice`, `origin_reply`, `channel_link` and `publish`, which post as `say` does; `adopt`, which reads a channel as `reconcile` does;
  `channel_name`, which looks first as `make_channel` does;
  `webhook`, which sends as `page_method` does;
  `stamp` and `retention`, which call no Slack and check at each start what is left to do;
- the backfill after a connection or a rejoin: it enqueues a job, as the refresh of a Home tab does, and is enqueued again
  with the next connection or when Slack sends the event again;
- what is committed beside the record (drafts, heartbeats, the directory, the text of a policy), which is written again
  unchanged;
- the calls made while the database is absent: a test that names them itself stops there, beside the lines of the spool.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Final

Failpoint = Callable[[str], None]

# By the qualified name of the function that opens the transaction.
TRANSACTIONS: Final = (
    "run",
    "capture_all",
    "capture_into",
    "tick",
    "note_outcome",
    "enqueue_all_once",
    "JobRequests.refresh_home",
)
_COMMIT: Final = ("before_commit", "committed")
# What would be there twice, or not at all. Other messages are posted as these are: one side of their call is enough.
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
    "page_receipt:call",
    "page_stop:call",
    "notice_outside:call",
    "update_outside:call",
    "prompt:chat.update",
    "prompt:chat.delete",
    "home:views.publish",
    "before:conversations.history",
    "reconcile:conversations.history",
)
# A page outside Slack has no look-up before it is sent again, so both sides of its call are here, for either database.
# If the job has facts, `noted` is the commit of `note_outcome`; if it has none, it follows the last call.
_OF_JOBS: Final = (
    "make_channel:claimed",
    "make_channel:completed",
    "say:completed",
    "timer:completed",
    "checkpoint:noted",
    "checkpoint:completed",
    "reconcile:noted",
    "page_method:call:before",
    "page_method:call:after",
    "page_method:noted",
)
# While the database is absent: when a line of each kind is on the disk. To a killed process a written line and a flushed
# one are the same, and what was not written was not acknowledged, so one point for each kind is enough.
_LINES: Final = ("request", "capture", "mark", "draft", "step", "tell", "done")
ABSENT: Final = tuple(f"spool:{kind}:after" for kind in _LINES)

# Between two steps of the database: what each database has to show for itself.
OF_DATABASE: Final = (*(f"{function}:{edge}" for function in TRANSACTIONS for edge in _COMMIT), *_OF_JOBS)

FAILPOINTS: Final = (
    *OF_DATABASE,
    *(f"{call}:{edge}" for call in _ONCE for edge in _AT_CALL),
    *(f"{call}:after" for call in _DONE),
    *ABSENT,
)


def no_failpoint(name: str) -> None:
    """Do nothing: the failpoint of production."""


def killed_at(point: str) -> Failpoint:
    """Return a failpoint that kills this process when the named point is reached."""
    if point not in FAILPOINTS:
        raise ValueError(f"there is no failpoint {point!r}")

    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached
