"""Checks tombstones: that what retention deleted is gone, was due, and ended where a checkpoint saw it end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from incident.entries.integrity import Retired
from incident.entry import Entry, IncidentKey
from storage.integrity.checkpoints import Checkpoint, Leaf
from storage.integrity.checks.check_report import Problem


class Tombstones:
    """The tombstones of the workspace chains, by the chain each one names."""

    def __init__(self, told: Iterable[Entry]) -> None:
        self._entries = {
            IncidentKey(entry.key.team, entry.fact.incident): (entry, entry.fact)
            for entry in told
            if isinstance(entry.fact, Retired)
        }

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: IncidentKey) -> bool:
        return key in self._entries

    def numbers(self, team: str) -> frozenset[str]:
        """Name the display numbers of what was deleted."""
        return frozenset(fact.number for key, (_, fact) in self._entries.items() if key.team == team)

    def agrees(self, leaf: Leaf) -> bool:
        """Tell whether what a checkpoint saw of a deleted chain fits its tombstone."""
        _, fact = self._entries[leaf.key]
        return leaf.n < fact.entries or (leaf.n, leaf.head) == (fact.entries, fact.head)

    def check(self, present: Iterable[IncidentKey], seen: Iterable[Checkpoint]) -> Iterator[Problem]:
        """Give the tombstones that are not borne out."""
        there = set(present)
        ends = {(leaf.key, leaf.n, leaf.head) for one in seen for leaf in one.leaves}
        for key, (entry, fact) in sorted(self._entries.items()):
            if key in there:
                yield _wrong(entry, f"{fact.number} was deleted after its retention, and something of it is stored")
            if (key, fact.entries, fact.head) not in ends:
                yield _wrong(entry, f"no checkpoint saw {fact.number} end as its tombstone says")
            if entry.recorded_at < fact.kept_until:
                yield _wrong(entry, f"{fact.number} was deleted before its retention had passed")


def _wrong(entry: Entry, what: str) -> Problem:
    return Problem(kind="tampered", key=entry.key, n=entry.n, what=what)
