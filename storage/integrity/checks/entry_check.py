"""Checks one chain, entry by entry: hashes, order, words, and that columns repeat what the text says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import ValidationError

from incident.entry import Entry, IncidentKey
from incident.record.hash_chain import ALGORITHM, FORMAT, GENESIS, canonical, digest, text_digest
from incident.record.upcast import UnknownKindError
from storage.record.chain_writer import place_columns
from storage.record.entry_rows import StoredEntryRow, to_entry


class Broken(Exception):  # noqa: N818 - the answer to a check, not a failure of it
    """The chain does not hold from entry `n` on."""

    def __init__(self, n: int, what: str) -> None:
        super().__init__(what)
        self.n = n
        self.what = what


class ChainCheck:
    """Walks one chain. After the walk it knows where the chain ends and which words are gone by whose leave."""

    def __init__(self, key: IncidentKey) -> None:
        self.key = key
        self.n = 0
        self.head: str = GENESIS
        self.recorded_at = ""
        self._wordless: set[int] = set()
        self._worded: set[int] = set()
        self._redacted: set[int] = set()

    def walk(self, lines: Iterable[StoredEntryRow]) -> Iterator[tuple[StoredEntryRow, Entry]]:
        """Give each entry once it is found right; raise Broken at the first that is not."""
        for line in lines:
            header = self._check_place(line)
            self._check_columns(line, header)
            self._check_words(line, header)
            entry = self._read(line)
            self.n, self.head, self.recorded_at = line.n, line.hash, line.recorded_at
            if header["kind"] == "redacted":
                self._redacted.update(n for n in header["facts"]["entries"] if n < line.n)
            yield line, entry

    def _check_place(self, line: StoredEntryRow) -> dict[str, Any]:
        wanted = self.n + 1
        if line.n != wanted:
            raise Broken(wanted, f"entry {wanted} is missing")
        if digest(line.text) != line.hash:
            raise Broken(line.n, f"entry {line.n} was changed: its text does not hash to its hash")
        header: dict[str, Any] = _json(line.n, line.text)
        if (header["team"], header["incident"]) != self.key:
            raise Broken(line.n, f"entry {line.n} belongs to another chain")
        if header["n"] != line.n:
            raise Broken(line.n, f"entry {header['n']} stands in the place of entry {line.n}")
        if header["prev"] != self.head or line.prev != self.head:
            raise Broken(line.n, f"entry {line.n} does not continue the entry before it")
        return header

    def _check_columns(self, line: StoredEntryRow, header: dict[str, Any]) -> None:
        if (header["format"], header["alg"]) != (FORMAT, ALGORITHM):
            raise Broken(line.n, f"entry {line.n} is written in a form that is not known")
        if (header["kind"], header["recorded_at"]) != (line.kind, line.recorded_at):
            raise Broken(line.n, f"the columns of entry {line.n} do not say what its text says")
        if line.recorded_at < self.recorded_at:
            raise Broken(line.n, f"entry {line.n} was recorded before the entry before it")

    def _check_words(self, line: StoredEntryRow, header: dict[str, Any]) -> None:
        sealed = header["words"]
        if line.words is None or line.salt is None:
            if sealed is not None:
                self._wordless.add(line.n)
            return
        if sealed is None:
            raise Broken(line.n, f"words were added to entry {line.n}, which has none")
        words = _json(line.n, line.words)
        if canonical(words) != line.words or text_digest(line.salt, words) != sealed:
            raise Broken(line.n, f"the words of entry {line.n} were changed")
        self._worded.add(line.n)

    def _read(self, line: StoredEntryRow) -> Entry:
        try:
            entry = to_entry(line)
        except (UnknownKindError, ValidationError, KeyError) as error:
            raise Broken(line.n, f"entry {line.n} cannot be read by this Muster ({type(error).__name__})") from error
        if place_columns(entry.fact) != (line.channel, line.ts):
            raise Broken(line.n, f"the columns of entry {line.n} do not say what its text says")
        return entry

    def redactions(self) -> Iterator[Broken]:
        """Give the words that are gone without leave and those that are there against it, once the walk is over."""
        for n in sorted(self._wordless - self._redacted)[:1]:
            yield Broken(n, f"the words of entry {n} are gone and no later entry redacted them")
        for n in sorted(self._worded & self._redacted)[:1]:
            yield Broken(n, f"the words of entry {n} were redacted and are there again")


_NOT_JSON: Final = "cannot be read as what it should be"


def _json(n: int, text: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        raise Broken(n, f"what is stored of entry {n} {_NOT_JSON}") from None
    if not isinstance(found, dict):
        raise Broken(n, f"what is stored of entry {n} {_NOT_JSON}")
    return found
