"""The ledger of a soak: each action, and the reply that the person saw. Judges nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from bot.rendering.message_catalog import sentence

_COMMAND: Final = "/command"


@dataclass(frozen=True)
class LedgerEntry:
    """A command or form with a unique token. `reply` is None when there was none."""

    token: str
    verb: str
    reply: str | None
    opened_form: bool = False

    @property
    def was_acknowledged(self) -> bool:
        """True if the reply says that the command was recorded: not a form, and not a message of degraded mode."""
        return self.reply is not None and not self.opened_form and not is_spooled(self.reply)


def is_spooled(reply: str | None) -> bool:
    """True if the reply is one of degraded mode: the database is unavailable and the text was spooled."""
    openings = (sentence("absent_kept", command=_COMMAND).partition(_COMMAND)[0], sentence("absent_here"))
    return reply is not None and reply.startswith(openings)


@dataclass
class Ledger:
    """Everything that happened; thread-safe."""

    counts: Counter[str] = field(default_factory=Counter)
    entries: list[LedgerEntry] = field(default_factory=list)
    messages: dict[tuple[str, str], str] = field(default_factory=dict)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def count(self, name: str) -> None:
        """Count one occurrence."""
        with self._lock:
            self.counts[name] += 1

    def add(self, entry: LedgerEntry) -> None:
        """Add a command or form with its reply."""
        with self._lock:
            self.entries.append(entry)

    def set_message(self, channel: str, ts: str, text: str) -> None:
        """Store a message's present text."""
        with self._lock:
            self.messages[channel, ts] = text

    def mark_deleted(self, channel: str, ts: str) -> None:
        """Mark a message as deleted."""
        with self._lock:
            self.deleted.add((channel, ts))

    def present_messages(self, channel: str) -> list[str]:
        """Return the timestamps of a channel's messages that are not deleted, oldest first."""
        with self._lock:
            return sorted(
                ts
                for message_channel, ts in self.messages
                if message_channel == channel and (message_channel, ts) not in self.deleted
            )
