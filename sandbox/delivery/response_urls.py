"""Response addresses: five uses within thirty minutes, each bound to whom and where it was given for.

It keeps the addresses and counts; what a use does to the channel is told to it by the caller.
"""

import secrets
from dataclasses import dataclass

from sandbox.state.workspace import Workspace
from sandbox.state.workspace_clock import to_micros
from sandbox.workspace_errors import SlackError

LIFETIME_MICROS = 30 * 60 * 1_000_000
MAX_USES = 5
MAX_REMEMBERED = 5000


@dataclass
class ResponseTarget:
    """Whom an answer would reach and which message it may replace; `source` is none for a slash command."""

    user: str
    channel: str
    source: str | None = None
    source_is_ephemeral: bool = False
    thread_ts: str | None = None
    issued: int = 0
    used: int = 0


class ResponseUrls:
    """The response addresses given out."""

    def __init__(self, workspace: Workspace) -> None:
        self._ws = workspace
        self._targets: dict[str, ResponseTarget] = {}
        self.root = ""

    def issue(self, kind: str, target: ResponseTarget) -> str:
        """Give out an address for answering something a person did."""
        with self._ws.lock:
            key = secrets.token_urlsafe(18)
            target.issued = to_micros(self._ws.clock.now())
            self._targets[key] = target
            if len(self._targets) > MAX_REMEMBERED:
                del self._targets[next(iter(self._targets))]
            return f"{self.root}{kind}/{self._ws.team_id}/{key}"

    def use(self, key: str) -> ResponseTarget:
        """Count one use and return the place; refuse an address unknown, worn out or too old."""
        with self._ws.lock:
            target = self._targets.get(key)
            if target is None:
                raise SlackError("invalid_url")
            if target.used >= MAX_USES or to_micros(self._ws.clock.now()) - target.issued > LIFETIME_MICROS:
                raise SlackError("expired_url" if target.used < MAX_USES else "used_url")
            target.used += 1
            return target
