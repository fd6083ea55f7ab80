"""The envelope, which is one attempt to deliver, and the delivery, which is the result that the sender sees.

Neither knows a transport.
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
    """The result of a person's action as Slack sees it: acknowledged or not, latency, response, opened views."""

    workspace: Workspace
    trigger_id: str = ""
    envelope_ids: list[str] = field(default_factory=list)
    acked: bool = False
    ack_ms: float | None = None
    payload: Payload | None = None
    error: str | None = None
    settled: threading.Event = field(default_factory=threading.Event)

    def wait(self, timeout: float = 10.0) -> "Delivery":
        """Block until the app has acknowledged or Slack has given up."""
        self.settled.wait(timeout)
        return self

    @property
    def opened(self) -> list[View]:
        """The views opened with this delivery's trigger so far."""
        with self.workspace.lock:
            return [
                view for view in self.workspace.views.values() if self.trigger_id and view.trigger_id == self.trigger_id
            ]

    def view(self, timeout: float = VIEW_TIMEOUT_S) -> View:
        """Wait for the first view opened with this delivery's trigger. Raises LookupError when none opens."""
        deadline = time.monotonic() + timeout
        while not (opened := self.opened):
            if time.monotonic() > deadline:
                raise LookupError("no view was opened")
            time.sleep(0.005)
        return opened[0]


@dataclass
class Envelope:
    """One payload for the app, with its kind, its retry state and the callback for its acknowledgement."""

    id: str
    kind: Kind
    payload: Payload
    delivery: Delivery
    accepts_response: bool = False
    retry_attempt: int = 0
    retry_reason: str = ""
    on_ack: Callable[[Payload | None], str | None] | None = None

    def frame(self) -> dict[str, Any]:
        """Return the Socket Mode frame."""
        frame: dict[str, Any] = {
            "type": self.kind,
            "envelope_id": self.id,
            "accepts_response_payload": self.accepts_response,
            "payload": self.payload,
        }
        if self.kind == "events_api":
            frame |= {"retry_attempt": self.retry_attempt, "retry_reason": self.retry_reason}
        return frame
