"""A deadline for every listener, and a measure of how long each took. Knows no payload.

Slack waits three seconds. A database call that is not done by then fails as Unavailable: the capture or request is
spooled, or the person is told that the database does not answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from slack_bolt import Ack

from bot.slack.gateway.replies import Replies
from bot.slack.payload import Json
from storage.database.time_limit import time_limit
from storage.errors import Unavailable

DEADLINE_SECONDS: Final = 2.2

Acked = Callable[[str, float], None]


@dataclass(frozen=True)
class ListenerDeadline:
    """Wraps the listeners of one workspace. `acked` gets the kind of each and how many seconds it took."""

    replies: Replies
    acked: Acked

    def interactive(self, kind: str, listener: Callable[[Ack, Json], None]) -> Callable[..., None]:
        """Wrap a listener whose person waits for a reply, so that they are told when the database is absent."""

        def listen(ack: Ack, body: Json) -> None:
            with self._limited(kind):
                try:
                    listener(ack, body)
                except Unavailable:
                    self.replies.report_unavailable(body)
                    ack()

        return listen

    def event(self, listener: Callable[[Json], None]) -> Callable[..., None]:
        """Wrap a listener of events, for which only Slack waits."""

        def listen(body: Json) -> None:
            with self._limited("event"):
                listener(body)

        return listen

    @contextmanager
    def _limited(self, kind: str) -> Iterator[None]:
        began = time.monotonic()
        with time_limit(DEADLINE_SECONDS):
            yield
        self.acked(kind, time.monotonic() - began)
