"""Listeners that end in time, whatever the database does, and tell how long they took. Knows no payload.

Slack waits three seconds. What the database has not taken before they are over is kept elsewhere, or somebody is told
that nothing can be looked up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from slack_bolt import Ack

from bot.slack.gateway.gateway import SlackGateway
from bot.slack.payload import Json
from storage.database.time_limit import time_limit
from storage.errors import Unavailable

PATIENCE_S: Final = 2.2

Acked = Callable[[str, float], None]


@dataclass(frozen=True)
class ListenerDeadline:
    """Bounds the listeners of one workspace; `acked` is told of what kind each was and how long it took."""

    edge: SlackGateway
    acked: Acked

    def asked(self, kind: str, listener: Callable[[Ack, Json], None]) -> Callable[..., None]:
        """Bound a listener for whom somebody waits; say at least that nothing can be looked up."""

        def listen(ack: Ack, body: Json) -> None:
            with self._bound(kind):
                try:
                    listener(ack, body)
                except Unavailable:
                    self.edge.excuse(body)
                    ack()

        return listen

    def told(self, listener: Callable[[Json], None]) -> Callable[..., None]:
        """Bound a listener for whom nobody waits but Slack."""

        def listen(body: Json) -> None:
            with self._bound("event"):
                listener(body)

        return listen

    @contextmanager
    def _bound(self, kind: str) -> Iterator[None]:
        began = time.monotonic()
        with time_limit(PATIENCE_S):
            yield
        self.acked(kind, time.monotonic() - began)
