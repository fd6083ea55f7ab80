"""What goes over the wire, kept for a while: every envelope and every API call, numbered.

The numbers are shared with every change of the workspace, so that one `wait_for_change` tells a page that anything at all
is new. It knows nothing of what an envelope means.
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

MAX_TEXT = 300


@dataclass(frozen=True)
class WireEvent:
    """One thing that went by: an API call, an envelope sent, an acknowledgement, a socket opened or closed."""

    seq: int
    at: str
    kind: str
    name: str
    detail: dict[str, Any] = field(default_factory=dict)
    result: str = ""
    ms: float | None = None


class WireLog:
    """A ring of the latest passages and a counter that everything new raises."""

    def __init__(self, capacity: int = 1000) -> None:
        self._changed = threading.Condition()
        self._ring: deque[WireEvent] = deque(maxlen=capacity)
        self._seq = 0
        self._closed = False

    @property
    def seq(self) -> int:
        """Return the number of the latest change."""
        with self._changed:
            return self._seq

    def mark_changed(self) -> None:
        """Say that the workspace changed, without anything having gone over the wire."""
        with self._changed:
            self._seq += 1
            self._changed.notify_all()

    def record(
        self, *, at: str, kind: str, name: str, detail: dict[str, Any], result: str = "", ms: float | None = None
    ) -> None:
        """Keep one passage, its long values cut short."""
        trimmed = {key: trim(value) for key, value in detail.items()}
        with self._changed:
            self._seq += 1
            self._ring.append(WireEvent(self._seq, at, kind, name, trimmed, result, ms))
            self._changed.notify_all()

    def since(self, seq: int, limit: int = 200) -> list[WireEvent]:
        """Return the passages numbered above `seq`, oldest first, at most the latest `limit`."""
        with self._changed:
            return [event for event in self._ring if event.seq > seq][-limit:]

    def wait_for_change(self, seq: int, timeout: float) -> int:
        """Block until something is newer than `seq`, the time is up or the workspace stops; return the latest number."""
        with self._changed:
            self._changed.wait_for(lambda: self._seq > seq or self._closed, timeout)
            return self._seq

    def close(self) -> None:
        """Let everybody who waits go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def trim(value: Any) -> Any:
    """Cut a long value down to what a drawer can show."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return value[:MAX_TEXT] + "…"
    if isinstance(value, dict):
        return {key: trim(inner) for key, inner in list(value.items())[:30]}
    if isinstance(value, list):
        return [trim(inner) for inner in value[:30]]
    return value
