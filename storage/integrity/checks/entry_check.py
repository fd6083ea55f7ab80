"""Checks one chain, entry by entry: hashes, order, redactable text, and that the columns repeat the hashed text.

It works on cells as they are stored and reads each text once: a long record is verified at a speed near that of SHA-256
and the JSON parser.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from pydantic_core import from_json

from incident.entries.conversation import Redacted
from incident.entry import Entry, Fact, IncidentKey, Source
from incident.fold.aggregate_fold import RunningFold
from incident.frozen import REDACTED, text_fields
from incident.record import upcast
from incident.record.hash_chain import GENESIS, canonical_text_digest, digest
from incident.record.hashed_text import UnknownFormat, read_header
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
    source: str
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
            source=Source.model_validate_json(self.source),
            fact=self.fact,
            redacted=self.redacted,
        )


class ChainCheck:
    """Walks one chain. After the walk it knows the head, the missing text, the redactions, and the hashes of `named` entries.

    With a running fold, an entry that it passes over goes there at once and is not yielded, save those of the `needed` kinds.
    """

    def __init__(
        self,
        key: IncidentKey,
        running: RunningFold[Any] | None = None,
        needed: Collection[str] = (),
        named: Collection[int] = (),
    ) -> None:
        self.key = key
        self.n = 0
        self.head: str = GENESIS
        self.recorded_at = ""
        self.hashes: dict[int, str] = {}
        self._running = running
        self._needed = frozenset({*needed, Redacted.kind})
        self._named = frozenset(named)
        self._without_text: set[int] = set()
        self._with_text: set[int] = set()
        self._redacted: set[int] = set()

    @property
    def texts(self) -> int:
        """How many entries have their text."""
        return len(self._with_text)

    def walk(self, rows: Iterable[Cells]) -> Iterator[CheckedEntry]:
        """Yield each entry once it is checked; raise `BrokenEntry` at the first broken one."""
        for row in rows:
            try:
                checked = self._check(row)
            except UnknownFormat as error:
                raise BrokenEntry(self.n + 1, f"entry {self.n + 1} has an unknown format") from error
            except UNREADABLE as error:
                raise unreadable(self.n + 1, error) from error
            if checked is not None:
                yield checked

    def _check(self, row: Cells) -> CheckedEntry | None:
        n, kind, recorded_at, channel, ts, text, prev, hash_, salt, words = row
        if n != self.n + 1:
            raise BrokenEntry(self.n + 1, f"entry {self.n + 1} is missing")
        if type(text) is not str or digest(text) != hash_:
            raise BrokenEntry(n, f"entry {n} was changed: its text does not hash to its hash")
        by, facts, incident, of, number, occurred_at, before, at, source, team, version, expected = read_header(text)
        if (team, incident) != self.key or number != str(n) or before != self.head or prev != self.head:
            raise self._misplaced(n, (team, incident), number)
        texts = self._texts(n, expected, salt, words)
        fact = _read_fact(of, version)(from_json(facts), texts)
        if of != kind or at != recorded_at or message_columns(fact) != (channel, ts):
            raise BrokenEntry(n, f"the columns of entry {n} differ from its text")
        if recorded_at < self.recorded_at:
            raise BrokenEntry(n, f"entry {n} was recorded before the entry before it")
        who, happened, recorded = PersonId(by), _time(occurred_at), _time(recorded_at)
        checked = None
        if self._running is not None and kind not in self._needed and self._running.passes_over(kind, n):
            self._running.pass_over(kind, who, occurred_at=happened, recorded_at=recorded)
        else:
            checked = CheckedEntry(self.key, n, hash_, who, happened, recorded, source, fact, texts is None)
            self._note_redaction(checked)
        self.n, self.head, self.recorded_at = n, hash_, recorded_at
        if n in self._named:
            self.hashes[n] = hash_
        return checked

    def _note_redaction(self, checked: CheckedEntry) -> None:
        if isinstance(checked.fact, Redacted):
            self._redacted.update(named for named in checked.fact.entries if named < checked.n)

    def _misplaced(self, n: int, key: tuple[str, str], number: str) -> BrokenEntry:
        """Return the finding about an entry whose text names another chain, number or entry before it than its place."""
        if key != self.key:
            return BrokenEntry(n, f"entry {n} belongs to another chain")
        if number != str(n):
            return BrokenEntry(n, f"entry {number} is in the place of entry {n}")
        return BrokenEntry(n, f"entry {n} does not continue the entry before it")

    def _texts(self, n: int, expected: object, salt: object, words: object) -> dict[str, Any] | None:
        """Return the texts of an entry, None if they are missing, which they may be when a later entry redacts it."""
        if words is None or salt is None:
            if expected is None:
                return {}
            self._without_text.add(n)
            return None
        if expected is None:
            raise BrokenEntry(n, f"text was added to entry {n}, which has none")
        if type(salt) is not str or type(words) is not str or canonical_text_digest(salt, words) != expected:
            raise BrokenEntry(n, f"the text of entry {n} was changed")
        self._with_text.add(n)
        texts: dict[str, Any] = from_json(words)
        return texts

    def redactions(self) -> Iterator[BrokenEntry]:
        """After the walk: yield the first text missing without a redaction, and the first present despite one."""
        for n in sorted(self._without_text - self._redacted)[:1]:
            yield BrokenEntry(n, f"the text of entry {n} is missing and no later entry redacted it")
        for n in sorted(self._with_text & self._redacted)[:1]:
            yield BrokenEntry(n, f"the text of entry {n} was redacted and is there again")


@cache
def _read_fact(kind: str, version: str) -> Callable[[dict[str, Any], dict[str, Any] | None], Fact]:
    """Return what makes a fact of a kind and version from its data and its texts, None for redacted ones."""
    stored = (kind, int(version))
    model = ALL.get(stored)
    if model is None or stored in upcast.STEPS:
        return lambda facts, texts: upcast.read(upcast.StoredEntry(*stored, facts, texts), kinds=ALL)
    # As `join` does, with the validator at hand: this runs for every entry.
    validate, removed = model.__pydantic_validator__.validate_python, dict.fromkeys(text_fields(model), REDACTED)
    return lambda facts, texts: validate({**facts, **(removed if texts is None else texts)})


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at
