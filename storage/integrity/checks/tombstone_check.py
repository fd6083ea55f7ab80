"""Checks tombstones: the chain is deleted, its retention period had passed, and a checkpoint covers its last entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from incident.entries.integrity import Retired
from incident.entry import Entry, IncidentKey
from storage.integrity.checkpoints import Checkpoint, Leaf
from storage.integrity.checks.check_report import Problem


class Tombstones:
    """The tombstones of the workspace chains, by the chain each one names."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {
            IncidentKey(entry.key.team, entry.fact.incident): (entry, entry.fact)
            for entry in entries
            if isinstance(entry.fact, Retired)
        }

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: IncidentKey) -> bool:
        return key in self._entries

    def numbers(self, team: str) -> frozenset[str]:
        """Return the display numbers of the deleted incidents."""
        return frozenset(fact.number for key, (_, fact) in self._entries.items() if key.team == team)

    def match(self, leaf: Leaf) -> bool:
        """True if a checkpoint's leaf of a deleted chain agrees with its tombstone."""
        _, fact = self._entries[leaf.key]
        return leaf.n < fact.entries or (leaf.n, leaf.head) == (fact.entries, fact.head)

    def check(self, present: Iterable[IncidentKey], checkpoints: Iterable[Checkpoint]) -> Iterator[Problem]:
        """Yield the problems of every tombstone."""
        stored = set(present)
        ends = {(leaf.key, leaf.n, leaf.head) for one in checkpoints for leaf in one.leaves}
        for key, (entry, fact) in sorted(self._entries.items()):
            if key in stored:
                yield _tampered(entry, f"{fact.number} was deleted by retention, and rows of it are still stored")
            if (key, fact.entries, fact.head) not in ends:
                yield _tampered(entry, f"no checkpoint covers the end of {fact.number} that its tombstone names")
            if entry.recorded_at < fact.kept_until:
                yield _tampered(entry, f"{fact.number} was deleted before its retention period had passed")


def _tampered(entry: Entry, what: str) -> Problem:
    return Problem(kind="tampered", key=entry.key, n=entry.n, what=what)
