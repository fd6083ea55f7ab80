"""The entries of one incident, checked against their hashes before anything made from them is signed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from incident.entry import Entry, IncidentKey
from incident.record import masked_view
from incident.record.hash_chain import GENESIS, canonical_text_digest, digest
from storage.errors import StorageError
from storage.integrity.checkpoints import Leaf
from storage.record.entry_rows import StoredEntryRow, to_entry
from storage.record.queries import Queries

# What reading can raise on content that Muster did not write.
_UNREADABLE: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class NotExportable(StorageError):  # noqa: N818 - named after the condition
    """The record of the incident does not agree with itself, so no export of it can be signed."""


class CheckedChain:
    """The rows and entries of one chain up to its end. Raise NotExportable at the first entry that was changed."""

    def __init__(self, queries: Queries, key: IncidentKey) -> None:
        self.key = key
        self.rows: list[StoredEntryRow] = []
        self.entries: list[Entry] = []
        self._queries = queries
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
        for row in rows:
            n, head = len(self.rows) + 1, self.rows[-1].hash if self.rows else GENESIS
            try:
                header = json.loads(row.text)
                entry = to_entry(row, header) if _is_whole(row, header, (*self.key, n, head)) else None
            except _UNREADABLE:
                entry = None
            if entry is None:
                raise NotExportable(f"entry {n} of {self.key.id} is not what was recorded; run `muster verify`")
            self.rows.append(row)
            self.entries.append(entry)


def changes_texts(rows: Iterable[StoredEntryRow]) -> bool:
    """True if one of these rows masks, shows or redacts text."""
    return any(row.kind in masked_view.KINDS for row in rows)


def _is_whole(row: StoredEntryRow, header: dict[str, Any], place: tuple[str, str, int, str]) -> bool:
    """True if a row has its hashes and its place: team, incident, number, and the hash of the entry before."""
    stated = (header["team"], header["incident"], header["n"], header["prev"])
    gone = row.words is None or row.salt is None
    is_text = gone or canonical_text_digest(str(row.salt), str(row.words)) == header["words"]
    return row.n == place[2] and digest(row.text) == row.hash and stated == place and is_text
