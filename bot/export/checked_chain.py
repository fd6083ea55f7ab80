"""The entries of one incident, checked against their hashes before anything made from them is signed."""

from __future__ import annotations

from collections.abc import Iterable

from incident.entry import Entry, IncidentKey
from incident.record import masked_view
from storage.errors import StorageError
from storage.integrity.checkpoints import Leaf
from storage.integrity.checks.entry_check import BrokenEntry, ChainCheck
from storage.record.entry_rows import StoredEntryRow
from storage.record.queries import Queries


class NotExportable(StorageError):  # noqa: N818 - named after the condition
    """The record of the incident does not agree with itself, so no export of it can be signed."""


class CheckedChain:
    """The rows and entries of one chain up to its end. Raise NotExportable at the first entry that was changed."""

    def __init__(self, queries: Queries, key: IncidentKey) -> None:
        self.key = key
        self.rows: list[StoredEntryRow] = []
        self.entries: list[Entry] = []
        self._queries = queries
        self._check = ChainCheck(key)
        self._read(queries.rows(key))

    def later(self) -> tuple[StoredEntryRow, ...]:
        """Return the rows that were recorded since."""
        return tuple(self._queries.rows(self.key, after=len(self.rows)))

    def end_at(self, leaf: Leaf) -> None:
        """End the chain at the leaf of a checkpoint taken after it was read: read on to it, and no further."""
        known = len(self.rows)
        self._read(self.later())
        if not known <= leaf.n <= len(self.rows) or self.rows[leaf.n - 1].hash != leaf.head:
            raise NotExportable(f"the checkpoint of {self.key.id} saw another end of it; run `muster verify`")
        del self.rows[leaf.n :], self.entries[leaf.n :]

    def _read(self, rows: Iterable[StoredEntryRow]) -> None:
        """Read on from the end by the checks of `muster verify`."""
        read = tuple(rows)
        try:
            self.entries += (checked.entry for checked in self._check.walk(row[1:] for row in read))
        except BrokenEntry as broken:
            what = f"entry {broken.n} of {self.key.id} is not what was recorded; run `muster verify`"
            raise NotExportable(what) from broken
        self.rows += read


def changes_texts(rows: Iterable[StoredEntryRow]) -> bool:
    """True if one of these rows masks, shows or redacts text."""
    return any(row.kind in masked_view.KINDS for row in rows)
