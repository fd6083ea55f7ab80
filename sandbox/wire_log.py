"""The wire log: recent envelopes and API calls, numbered.

Changes of the workspace share the numbers, so that one `wait_for_change` covers both. Knows no meaning of a payload.
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

MAX_TEXT = 300


@dataclass(frozen=True)
class WireEvent:
    """One logged event: an API call, an envelope, an acknowledgement, a socket that opened or closed.

    `whole` is truncated when it is read, since most events are never looked at.
    """

    seq: int
    at: str
    kind: str
    name: str
    whole: dict[str, Any] = field(default_factory=dict)
    result: str = ""
    ms: float | None = None

    @property
    def detail(self) -> dict[str, Any]:
        """What was sent, with long values truncated."""
        return {key: trim(value) for key, value in self.whole.items()}

    def shown(self) -> dict[str, Any]:
        """Return the event as the page shows it."""
        known = {name: getattr(self, name) for name in ("seq", "at", "kind", "name", "result", "ms")}
        return {**known, "detail": self.detail}


class WireLog:
    """A ring buffer of recent events, and a sequence number that every change increases."""

    def __init__(self, capacity: int = 1000) -> None:
        self._changed = threading.Condition()
        self._ring: deque[WireEvent] = deque(maxlen=capacity)
        self._seq = 0
        self._closed = False

    @property
    def seq(self) -> int:
        """The number of the latest change."""
        with self._changed:
            return self._seq

    def mark_changed(self) -> None:
        """Increase the number without an event: the workspace changed."""
        with self._changed:
            self._seq += 1
            self._changed.notify_all()

    def record(
        self, *, at: str, kind: str, name: str, detail: dict[str, Any], result: str = "", ms: float | None = None
    ) -> None:
        """Log one event; nothing changes `detail` afterwards."""
        with self._changed:
            self._seq += 1
            self._ring.append(WireEvent(self._seq, at, kind, name, detail, result, ms))
            self._changed.notify_all()

    def since(self, seq: int, limit: int = 200) -> list[WireEvent]:
        """Return the events numbered above `seq`, oldest first, at most the latest `limit`."""
        with self._changed:
            return [event for event in self._ring if event.seq > seq][-limit:]

    def wait_for_change(self, seq: int, timeout: float) -> int:
        """Block until a number is above `seq`, the timeout is over or the workspace stops. Return the latest number."""
        with self._changed:
            self._changed.wait_for(lambda: self._seq > seq or self._closed, timeout)
            return self._seq

    def close(self) -> None:
        """Wake every waiting thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def trim(value: Any) -> Any:
    """Truncate long text and long collections for display."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return value[:MAX_TEXT] + "…"
    if isinstance(value, dict):
        return {key: trim(inner) for key, inner in list(value.items())[:30]}
    if isinstance(value, list):
        return [trim(inner) for inner in value[:30]]
    return value
