"""What was done in a soak and what was promised for it, as whoever did it saw it. Judges nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock


@dataclass(frozen=True)
class LedgerEntry:
    """Something typed or submitted that carries a word of its own. `answer` is what came back, None when nothing did."""

    token: str
    verb: str
    answer: str | None
    opened_form: bool = False
    is_put_off: bool = False

    @property
    def was_acknowledged(self) -> bool:
        """Tell whether the person was led to believe that it is done: not by a form, nor by being told that it is not."""
        return self.answer is not None and not self.opened_form and not self.is_put_off


@dataclass
class Ledger:
    """Everything that happened; written from several threads."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[LedgerEntry] = field(default_factory=list)
    said: dict[tuple[str, str], str] = field(default_factory=dict)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def count(self, what: str) -> None:
        """Count that something happened."""
        with self._lock:
            self.counts[what] += 1

    def tell(self, told: LedgerEntry) -> None:
        """Keep what somebody typed or submitted and what came back."""
        with self._lock:
            self.told.append(told)

    def say(self, channel: str, ts: str, text: str) -> None:
        """Keep what a message says now."""
        with self._lock:
            self.said[channel, ts] = text

    def delete(self, channel: str, ts: str) -> None:
        """Keep that a message was deleted."""
        with self._lock:
            self.deleted.add((channel, ts))

    def standing(self, channel: str) -> list[str]:
        """Give the messages of a channel that stand, oldest first."""
        with self._lock:
            return sorted(ts for where, ts in self.said if where == channel and (where, ts) not in self.deleted)
