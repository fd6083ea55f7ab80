"""Response addresses: five uses within thirty minutes, each bound to whom and where it was given for.

It keeps the addresses and counts; what a use does to the channel is told to it by the caller.
"""

import secrets
from dataclasses import dataclass

from sandbox.state.workspace import Workspace
from sandbox.state.workspace_clock import to_micros
from sandbox.workspace_errors import SlackError

LASTS_MICROS = 30 * 60 * 1_000_000
USES = 5
REMEMBERED = 5000


@dataclass
class ResponsePlace:
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
        self._places: dict[str, ResponsePlace] = {}
        self.root = ""

    def issue(self, kind: str, place: ResponsePlace) -> str:
        """Give out an address for answering something a person did."""
        with self._ws.lock:
            key = secrets.token_urlsafe(18)
            place.issued = to_micros(self._ws.clock.now())
            self._places[key] = place
            if len(self._places) > REMEMBERED:
                del self._places[next(iter(self._places))]
            return f"{self.root}{kind}/{self._ws.team_id}/{key}"

    def use(self, key: str) -> ResponsePlace:
        """Count one use and return the place; refuse an address unknown, worn out or too old."""
        with self._ws.lock:
            place = self._places.get(key)
            if place is None:
                raise SlackError("invalid_url")
            if place.used >= USES or to_micros(self._ws.clock.now()) - place.issued > LASTS_MICROS:
                raise SlackError("expired_url" if place.used < USES else "used_url")
            place.used += 1
            return place
