"""What is sent to the app, and what became of it.

An `Envelope` is one attempt's content; a `Delivery` is what the person who caused it can learn: was it acknowledged, how
fast, with what, and which forms opened since. Neither knows how it travels.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.state.entities import Payload, View
from sandbox.state.workspace import Workspace

Kind = Literal["slash_commands", "interactive", "events_api"]
VIEW_TIMEOUT_S = 3.0


@dataclass
class Delivery:
    """What became of something a person did, as far as Slack can tell."""

    workspace: Workspace
    trigger_id: str = ""
    envelope_ids: list[str] = field(default_factory=list)
    acked: bool = False
    ack_ms: float | None = None
    payload: Payload | None = None
    error: str | None = None
    settled: threading.Event = field(default_factory=threading.Event)

    def wait(self, timeout: float = 10.0) -> "Delivery":
        """Block until the app has answered or Slack has given up."""
        self.settled.wait(timeout)
        return self

    @property
    def opened(self) -> list[View]:
        """Return the views opened with this delivery's trigger up to now."""
        with self.workspace.lock:
            return [
                view for view in self.workspace.views.values() if self.trigger_id and view.trigger_id == self.trigger_id
            ]

    def view(self, timeout: float = VIEW_TIMEOUT_S) -> View:
        """Return the first view opened with this delivery's trigger, waiting for it; raise LookupError when none comes."""
        deadline = time.monotonic() + timeout
        while not (opened := self.opened):
            if time.monotonic() > deadline:
                raise LookupError("no view was opened")
            time.sleep(0.005)
        return opened[0]


@dataclass
class Envelope:
    """One thing for the app: its kind, its payload and what to do with the answer."""

    id: str
    kind: Kind
    payload: Payload
    delivery: Delivery
    accepts_response: bool = False
    retry_attempt: int = 0
    retry_reason: str = ""
    on_ack: Callable[[Payload | None], str | None] | None = None

    def frame(self) -> dict[str, Any]:
        """Write the envelope as it goes over the socket."""
        frame: dict[str, Any] = {
            "type": self.kind,
            "envelope_id": self.id,
            "accepts_response_payload": self.accepts_response,
            "payload": self.payload,
        }
        if self.kind == "events_api":
            frame |= {"retry_attempt": self.retry_attempt, "retry_reason": self.retry_reason}
        return frame
