"""What the rules about packs read: an incident with its entries, and a value that was found in them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeVar

from incident.entry import Entry, Fact
from incident.frozen import REDACTED, utc_text
from incident.model.incident import Incident
from incident.outside.regimes import ReportStage

Basis = Literal["estimate", "known"]
A = TypeVar("A", bound=Fact)
UNREADABLE: Final = frozenset({REDACTED, "[masked]"})
"""What is in the place of a text that is deleted or hidden."""


@dataclass(frozen=True)
class Found:
    """A value as people recorded it, with the numbers of its entries, and for a number whether it is known or an estimate."""

    value: str
    entries: tuple[int, ...]
    basis: Basis | None = None


@dataclass(frozen=True)
class Recorded:
    """What is on record of an incident: its state, and its entries in order, without those that were taken back."""

    incident: Incident
    entries: tuple[Entry, ...]
    regime: str
    stage: ReportStage

    def all(self, kind: type[A]) -> list[tuple[Entry, A]]:
        """Return the entries of one kind, each with its fact."""
        return [(entry, entry.fact) for entry in self.entries if isinstance(entry.fact, kind)]

    def last(self, kind: type[A], holds: Callable[[A], bool] = lambda _: True) -> tuple[Entry, A] | None:
        """Return the last entry of one kind for which something holds."""
        return next(((entry, fact) for entry, fact in reversed(self.all(kind)) if holds(fact)), None)


def time_text(at: datetime) -> str:
    """Return a time as forms of regulators take it: ISO 8601 in UTC, to the second."""
    return f"{utc_text(at)[:19]}Z"


def joined(parts: Sequence[tuple[int, str]], between: str = "\n") -> Found | None:
    """Return several texts as one value; those that are hidden or deleted are left out."""
    readable = [(n, text) for n, text in parts if text.strip() and text not in UNREADABLE]
    numbers = tuple(dict.fromkeys(n for n, _ in readable))
    return Found(between.join(text for _, text in readable), numbers) if readable else None
