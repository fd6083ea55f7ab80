"""Checks one chain, entry by entry: hashes, order, redactable text, and that the columns repeat the hashed text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import ValidationError

from incident.entry import Entry, IncidentKey
from incident.record.hash_chain import ALGORITHM, FORMAT, GENESIS, canonical, digest, text_digest
from incident.record.upcast import UnknownKindError
from storage.record.chain_writer import message_columns
from storage.record.entry_rows import StoredEntryRow, to_entry


class BrokenEntry(Exception):  # noqa: N818 - a finding of the check, not a failure of it
    """Entry `n` is the first broken entry of its chain."""

    def __init__(self, n: int, what: str) -> None:
        super().__init__(what)
        self.n = n
        self.what = what


class ChainCheck:
    """Walks one chain. After the walk it knows the head, the missing text and the redactions."""

    def __init__(self, key: IncidentKey) -> None:
        self.key = key
        self.n = 0
        self.head: str = GENESIS
        self.recorded_at = ""
        self._without_text: set[int] = set()
        self._with_text: set[int] = set()
        self._redacted: set[int] = set()

    def walk(self, rows: Iterable[StoredEntryRow]) -> Iterator[tuple[StoredEntryRow, Entry]]:
        """Yield each entry once it is checked; raise `BrokenEntry` at the first broken one."""
        for row in rows:
            header = self._check_position(row)
            self._check_columns(row, header)
            self._check_text(row, header)
            entry = self._read(row)
            self.n, self.head, self.recorded_at = row.n, row.hash, row.recorded_at
            if header["kind"] == "redacted":
                self._redacted.update(n for n in header["facts"]["entries"] if n < row.n)
            yield row, entry

    def _check_position(self, row: StoredEntryRow) -> dict[str, Any]:
        expected = self.n + 1
        if row.n != expected:
            raise BrokenEntry(expected, f"entry {expected} is missing")
        if digest(row.text) != row.hash:
            raise BrokenEntry(row.n, f"entry {row.n} was changed: its text does not hash to its hash")
        header: dict[str, Any] = _json(row.n, row.text)
        if (header["team"], header["incident"]) != self.key:
            raise BrokenEntry(row.n, f"entry {row.n} belongs to another chain")
        if header["n"] != row.n:
            raise BrokenEntry(row.n, f"entry {header['n']} is in the place of entry {row.n}")
        if header["prev"] != self.head or row.prev != self.head:
            raise BrokenEntry(row.n, f"entry {row.n} does not continue the entry before it")
        return header

    def _check_columns(self, row: StoredEntryRow, header: dict[str, Any]) -> None:
        if (header["format"], header["alg"]) != (FORMAT, ALGORITHM):
            raise BrokenEntry(row.n, f"entry {row.n} has an unknown format")
        if (header["kind"], header["recorded_at"]) != (row.kind, row.recorded_at):
            raise BrokenEntry(row.n, f"the columns of entry {row.n} differ from its text")
        if row.recorded_at < self.recorded_at:
            raise BrokenEntry(row.n, f"entry {row.n} was recorded before the entry before it")

    def _check_text(self, row: StoredEntryRow, header: dict[str, Any]) -> None:
        words_hash = header["words"]
        if row.words is None or row.salt is None:
            if words_hash is not None:
                self._without_text.add(row.n)
            return
        if words_hash is None:
            raise BrokenEntry(row.n, f"text was added to entry {row.n}, which has none")
        words = _json(row.n, row.words)
        if canonical(words) != row.words or text_digest(row.salt, words) != words_hash:
            raise BrokenEntry(row.n, f"the text of entry {row.n} was changed")
        self._with_text.add(row.n)

    def _read(self, row: StoredEntryRow) -> Entry:
        try:
            entry = to_entry(row)
        except (UnknownKindError, ValidationError, KeyError) as error:
            raise BrokenEntry(row.n, f"entry {row.n} cannot be read by this Muster ({type(error).__name__})") from error
        if message_columns(entry.fact) != (row.channel, row.ts):
            raise BrokenEntry(row.n, f"the columns of entry {row.n} differ from its text")
        return entry

    def redactions(self) -> Iterator[BrokenEntry]:
        """After the walk: yield the first text missing without a redaction, and the first present despite one."""
        for n in sorted(self._without_text - self._redacted)[:1]:
            yield BrokenEntry(n, f"the text of entry {n} is missing and no later entry redacted it")
        for n in sorted(self._with_text & self._redacted)[:1]:
            yield BrokenEntry(n, f"the text of entry {n} was redacted and is there again")


_NOT_JSON: Final = "is not the expected JSON"


def _json(n: int, text: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        raise BrokenEntry(n, f"the stored data of entry {n} {_NOT_JSON}") from None
    if not isinstance(found, dict):
        raise BrokenEntry(n, f"the stored data of entry {n} {_NOT_JSON}")
    return found
