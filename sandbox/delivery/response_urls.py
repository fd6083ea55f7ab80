"""Response URLs: five uses within thirty minutes, each bound to the person and channel it was issued for."""

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
    """Whom a response reaches, and the message it may replace. `source` is None for a slash command."""

    user: str
    channel: str
    source: str | None = None
    source_is_ephemeral: bool = False
    thread_ts: str | None = None
    issued: int = 0
    used: int = 0


class ResponseUrls:
    """The issued response URLs."""

    def __init__(self, workspace: Workspace) -> None:
        self._ws = workspace
        self._targets: dict[str, ResponseTarget] = {}
        self.root = ""

    def issue(self, kind: str, target: ResponseTarget) -> str:
        """Issue a response URL for one action of a person."""
        with self._ws.lock:
            key = secrets.token_urlsafe(18)
            target.issued = to_micros(self._ws.clock.now())
            self._targets[key] = target
            if len(self._targets) > MAX_REMEMBERED:
                del self._targets[next(iter(self._targets))]
            return f"{self.root}{kind}/{self._ws.team_id}/{key}"

    def use(self, key: str) -> ResponseTarget:
        """Count one use and return the target. SlackError: `invalid_url`, `used_url`, `expired_url`."""
        with self._ws.lock:
            target = self._targets.get(key)
            if target is None:
                raise SlackError("invalid_url")
            if target.used >= MAX_USES or to_micros(self._ws.clock.now()) - target.issued > LIFETIME_MICROS:
                raise SlackError("expired_url" if target.used < MAX_USES else "used_url")
            target.used += 1
            return target
