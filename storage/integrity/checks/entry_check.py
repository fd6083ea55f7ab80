"""Checks one chain, entry by entry: hashes, order, redactable text, and that the columns repeat the hashed text.

It works on cells as they are stored and reads each text once: a long record is verified at a speed near that of SHA-256
and the JSON parser.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from pydantic_core import from_json

from incident.entries.conversation import Redacted
from incident.entry import Entry, Fact, IncidentKey, Source
from incident.record import upcast
from incident.record.hash_chain import ALGORITHM, FORMAT, GENESIS, canonical_text_digest, digest
from organisation.entries import ALL
from roles.person_ids import PersonId
from storage.integrity.checks.stored_cells import Cells
from storage.record.chain_writer import message_columns

# What parsing and folding can raise on content that Muster did not write.
UNREADABLE: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class BrokenEntry(Exception):  # noqa: N818 - a finding of the check, not a failure of it
    """Entry `n` is the first broken entry of its chain."""

    def __init__(self, n: int, what: str) -> None:
        super().__init__(what)
        self.n = n
        self.what = what


def unreadable(n: int, error: Exception) -> BrokenEntry:
    """Return the finding that an entry cannot be parsed or folded."""
    return BrokenEntry(n, f"entry {n} cannot be read by this Muster ({type(error).__name__})")


class CheckedEntry(NamedTuple):
    """One entry that passed, with its hash. Building an `Entry` of each would take half of the time of a check."""

    key: IncidentKey
    n: int
    hash: str
    by: PersonId
    occurred_at: datetime
    recorded_at: datetime
    source: Source
    fact: Fact
    redacted: bool

    @property
    def entry(self) -> Entry:
        """The entry as the fold takes it."""
        return Entry(
            key=self.key,
            n=self.n,
            by=self.by,
            occurred_at=self.occurred_at,
            recorded_at=self.recorded_at,
            source=self.source,
            fact=self.fact,
            redacted=self.redacted,
        )


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

    def walk(self, rows: Iterable[Cells]) -> Iterator[CheckedEntry]:
        """Yield each entry once it is checked; raise `BrokenEntry` at the first broken one."""
        for row in rows:
            try:
                checked = self._check(row)
            except UNREADABLE as error:
                raise unreadable(self.n + 1, error) from error
            yield checked

    def _check(self, row: Cells) -> CheckedEntry:
        n, kind, recorded_at, channel, ts, text, prev, hash_, salt, words = row
        header = self._check_position(n, text, prev, hash_)
        if (header["format"], header["alg"]) != (FORMAT, ALGORITHM):
            raise BrokenEntry(n, f"entry {n} has an unknown format")
        if (header["kind"], header["recorded_at"]) != (kind, recorded_at) or type(kind) is not str:
            raise _different_columns(n)
        if recorded_at < self.recorded_at:
            raise BrokenEntry(n, f"entry {n} was recorded before the entry before it")
        has_text = self._check_text(n, header["words"], salt, words)
        redacted = header["words"] is not None and not has_text
        stored = upcast.StoredEntry(
            kind, header["version"], header["facts"], from_json(words) if has_text else None if redacted else {}
        )
        fact = upcast.read(stored, kinds=ALL)
        if message_columns(fact) != (channel, ts):
            raise _different_columns(n)
        if isinstance(fact, Redacted):
            self._redacted.update(named for named in fact.entries if named < n)
        checked = CheckedEntry(
            self.key,
            n,
            hash_,
            _person(header["by"]),
            _time(header["occurred_at"]),
            _time(recorded_at),
            Source.model_validate(header["source"]),
            fact,
            redacted,
        )
        self.n, self.head, self.recorded_at = n, hash_, recorded_at
        return checked

    def _check_position(self, n: int, text: str, prev: str, hash_: str) -> dict[str, Any]:
        expected = self.n + 1
        if n != expected:
            raise BrokenEntry(expected, f"entry {expected} is missing")
        if type(text) is not str or digest(text) != hash_:
            raise BrokenEntry(n, f"entry {n} was changed: its text does not hash to its hash")
        header: dict[str, Any] = from_json(text, cache_strings="keys")
        if (header["team"], header["incident"]) != self.key:
            raise BrokenEntry(n, f"entry {n} belongs to another chain")
        if header["n"] != n:
            raise BrokenEntry(n, f"entry {header['n']} is in the place of entry {n}")
        if header["prev"] != self.head or prev != self.head:
            raise BrokenEntry(n, f"entry {n} does not continue the entry before it")
        return header

    def _check_text(self, n: int, expected: str | None, salt: str | None, words: str | None) -> bool:
        """True if the entry has its text; it may be missing when a later entry redacts it."""
        if words is None or salt is None:
            if expected is not None:
                self._without_text.add(n)
            return False
        if expected is None:
            raise BrokenEntry(n, f"text was added to entry {n}, which has none")
        if type(salt) is not str or type(words) is not str or canonical_text_digest(salt, words) != expected:
            raise BrokenEntry(n, f"the text of entry {n} was changed")
        self._with_text.add(n)
        return True

    def redactions(self) -> Iterator[BrokenEntry]:
        """After the walk: yield the first text missing without a redaction, and the first present despite one."""
        for n in sorted(self._without_text - self._redacted)[:1]:
            yield BrokenEntry(n, f"the text of entry {n} is missing and no later entry redacted it")
        for n in sorted(self._with_text & self._redacted)[:1]:
            yield BrokenEntry(n, f"the text of entry {n} was redacted and is there again")


def _different_columns(n: int) -> BrokenEntry:
    return BrokenEntry(n, f"the columns of entry {n} differ from its text")


def _person(by: object) -> PersonId:
    if not isinstance(by, str):
        raise TypeError("a person is named by text")
    return PersonId(by)


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at
