"""Faults that can be switched on while the workspace runs, from any thread.

Holds and counts down the active faults; the API endpoint, the event pump and the sockets query it.
"""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Literal

Fault = Literal["too_many", "status", "lose_reply", "error"]
ANY = "*"


class Faults:
    """The faults between an app and Slack. None is active at first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latency: dict[str, float] = {}
        self._remaining: Counter[tuple[Fault, str]] = Counter()
        self._values: dict[tuple[Fault, str], str] = {}
        self._duplicates = 0
        self._reordered = 0
        self._repeats = 0
        self._socket_commands: list[Callable[[str], None]] = []

    def set_latency(self, ms: float, method: str = ANY) -> None:
        """Add this latency to every call of a method, or of all methods; 0 ends it."""
        with self._lock:
            self._latency[method] = ms

    def too_many_requests(self, method: str = ANY, times: int = 1, retry_after: int = 1) -> None:
        """Answer the next calls with 429 and Retry-After (seconds)."""
        self._arm("too_many", method, times, str(retry_after))

    def server_error(self, method: str = ANY, times: int = 1, status: int = 500) -> None:
        """Answer the next calls with a 5xx without executing them."""
        self._arm("status", method, times, str(status))

    def lose_reply(self, method: str = ANY, times: int = 1) -> None:
        """Execute the next calls, then cut the connection without a response."""
        self._arm("lose_reply", method, times, "")

    def fail_with(self, error: str, method: str = ANY, times: int = 1) -> None:
        """Answer the next calls with ok false and this error, without executing them."""
        self._arm("error", method, times, error)

    def duplicate_events(self, times: int) -> None:
        """Send each of the next events twice: same event id, another envelope."""
        with self._lock:
            self._duplicates = times

    def repeat_envelopes(self, times: int) -> None:
        """Send each of the next envelopes twice, with the same envelope id."""
        with self._lock:
            self._repeats = times

    def reorder_messages(self, times: int) -> None:
        """Hold each of the next new messages until the following event was sent, for instance its edit."""
        with self._lock:
            self._reordered = times

    def drop_sockets(self) -> None:
        """Cut every open socket without a closing frame."""
        self._command_sockets("drop")

    def refresh_sockets(self, reason: str = "refresh_requested") -> None:
        """Ask every open socket to reconnect, as Slack does every few hours."""
        self._command_sockets(reason)

    def cut_off(self) -> None:
        """Start an outage: cut every socket and refuse new ones until `restore_connections`."""
        self._command_sockets("cut_off")

    def restore_connections(self) -> None:
        """End an outage: accept sockets again."""
        self._command_sockets("restore_connections")

    def stall_sockets(self) -> None:
        """Stall every open socket: it stays open and sends nothing, not even a pong."""
        self._command_sockets("stall")

    def clear(self) -> None:
        """Switch every fault off. Sockets already cut or stalled stay so."""
        with self._lock:
            self._latency.clear()
            self._remaining.clear()
            self._values.clear()
            self._duplicates = self._reordered = self._repeats = 0

    def latency_of(self, method: str) -> float:
        """Return the latency of a method in milliseconds."""
        with self._lock:
            return self._latency.get(method, self._latency.get(ANY, 0.0))

    def consume(self, fault: Fault, method: str) -> str | None:
        """Use up one occurrence of a fault for this method. Return its value, or None when the fault is not active."""
        with self._lock:
            for key in ((fault, method), (fault, ANY)):
                if self._remaining[key] > 0:
                    self._remaining[key] -= 1
                    return self._values[key]
            return None

    def consume_duplicate(self) -> bool:
        """Use up one duplicated event. False when none is left."""
        with self._lock:
            self._duplicates -= 1 if (is_due := self._duplicates > 0) else 0
            return is_due

    def consume_repeat(self) -> bool:
        """Use up one repeated envelope. False when none is left."""
        with self._lock:
            self._repeats -= 1 if (is_due := self._repeats > 0) else 0
            return is_due

    def consume_reordering(self) -> bool:
        """Use up one reordered message. False when none is left."""
        with self._lock:
            self._reordered -= 1 if (is_due := self._reordered > 0) else 0
            return is_due

    def on_socket_command(self, run_command: Callable[[str], None]) -> None:
        """Register the handler of socket commands."""
        self._socket_commands.append(run_command)

    def _arm(self, fault: Fault, method: str, times: int, value: str) -> None:
        with self._lock:
            self._remaining[fault, method] = times
            self._values[fault, method] = value

    def _command_sockets(self, command: str) -> None:
        for run_command in self._socket_commands:
            run_command(command)
