"""Troubles that can be switched on while the workspace runs, from any thread.

It only keeps what is wrong at the moment and counts it down; the API endpoint, the event pump and the sockets ask it.
"""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Literal

Fault = Literal["too_many", "status", "lose_reply", "error"]
ANY = "*"


class Faults:
    """Everything that can go wrong between an app and Slack; nothing does until it is asked for."""

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
        """Make every call of a method, or of all, take at least so long; 0 ends it."""
        with self._lock:
            self._latency[method] = ms

    def too_many_requests(self, method: str = ANY, times: int = 1, retry_after: int = 1) -> None:
        """Answer the next calls with 429 and Retry-After."""
        self._arm("too_many", method, times, str(retry_after))

    def server_error(self, method: str = ANY, times: int = 1, status: int = 500) -> None:
        """Answer the next calls with a 5xx and do nothing."""
        self._arm("status", method, times, str(status))

    def lose_reply(self, method: str = ANY, times: int = 1) -> None:
        """Carry out the next calls, then drop the connection without an answer."""
        self._arm("lose_reply", method, times, "")

    def fail_with(self, error: str, method: str = ANY, times: int = 1) -> None:
        """Answer the next calls with ok false and this error name, and do nothing."""
        self._arm("error", method, times, error)

    def duplicate_events(self, times: int) -> None:
        """Send each of the next events twice: same event id, another envelope."""
        with self._lock:
            self._duplicates = times

    def repeat_envelopes(self, times: int) -> None:
        """Send each of the next envelopes of any kind twice over, unchanged to its envelope id."""
        with self._lock:
            self._repeats = times

    def reorder_messages(self, times: int) -> None:
        """Hold each of the next new messages back until the next event went out, its edit for instance."""
        with self._lock:
            self._reordered = times

    def drop_sockets(self) -> None:
        """Cut every open socket without a word."""
        self._command_sockets("drop")

    def refresh_sockets(self, reason: str = "refresh_requested") -> None:
        """Ask every open socket to reconnect, as Slack does every few hours."""
        self._command_sockets(reason)

    def cut_off(self) -> None:
        """Cut every open socket and let no new one be opened until `let_back`: the app hears nothing any more."""
        self._command_sockets("cut_off")

    def restore_connections(self) -> None:
        """Let sockets be opened again."""
        self._command_sockets("restore_connections")

    def stall_sockets(self) -> None:
        """Keep every open socket open while nothing passes through it any more, not even a pong."""
        self._command_sockets("stall")

    def clear(self) -> None:
        """Switch everything off; sockets already cut or deaf stay so."""
        with self._lock:
            self._latency.clear()
            self._remaining.clear()
            self._values.clear()
            self._duplicates = self._reordered = self._repeats = 0

    def latency_of(self, method: str) -> float:
        """Return the milliseconds a call of this method is to take."""
        with self._lock:
            return self._latency.get(method, self._latency.get(ANY, 0.0))

    def consume(self, fault: Fault, method: str) -> str | None:
        """Use up one armed trouble for this method and return its value, or None when there is none."""
        with self._lock:
            for key in ((fault, method), (fault, ANY)):
                if self._remaining[key] > 0:
                    self._remaining[key] -= 1
                    return self._values[key]
            return None

    def consume_duplicate(self) -> bool:
        """Use up one duplicated event."""
        with self._lock:
            self._duplicates -= 1 if (is_due := self._duplicates > 0) else 0
            return is_due

    def consume_repeat(self) -> bool:
        """Use up one repeated envelope."""
        with self._lock:
            self._repeats -= 1 if (is_due := self._repeats > 0) else 0
            return is_due

    def consume_reordering(self) -> bool:
        """Use up one held-back message."""
        with self._lock:
            self._reordered -= 1 if (is_due := self._reordered > 0) else 0
            return is_due

    def on_socket_command(self, run_command: Callable[[str], None]) -> None:
        """Register who cuts, deafens or refreshes the sockets."""
        self._socket_commands.append(run_command)

    def _arm(self, fault: Fault, method: str, times: int, value: str) -> None:
        with self._lock:
            self._remaining[fault, method] = times
            self._values[fault, method] = value

    def _command_sockets(self, command: str) -> None:
        for run_command in self._socket_commands:
            run_command(command)
