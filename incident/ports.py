"""What verbs and the worker need of storage, as protocols. `bot` hands them the SQL ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from incident.entry import Entry, IncidentKey, NewEntry
from incident.frozen import Frozen, Utc
from incident.jobs import Job
from incident.model.incident import Incident
from roles.person_ids import PersonId

T = TypeVar("T")


class Person(Frozen):
    """What the directory knows of somebody now."""

    id: PersonId
    name: str
    zone: str = "UTC"
    title: str = ""
    is_bot: bool = False
    is_guest: bool = False
    is_active: bool = True


class Outcome(Frozen):
    """What came of a request: entries `first` to `last` of the incident, or a refusal. Holds no words."""

    verb: str
    key: IncidentKey | None = None
    number: str | None = None
    first: int | None = None
    last: int | None = None
    code: str | None = None
    reason: str | None = None
    fields: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    at: Utc
    repeated: bool = False

    @property
    def is_refused(self) -> bool:
        """Tell whether the rules refused the request."""
        return self.code is not None


class Reader(Protocol):
    """What may be looked up while deciding. Words under a mask read `[masked]`, unless it is a bare reader."""

    def unmasked(self) -> Reader:
        """Give a reader of the same record to which nothing is masked: to record or compare by, never to show."""

    def find(self, team: str, *, number: str | None = None, channel: str | None = None) -> IncidentKey | None:
        """Find an incident by its display number or its channel."""

    def peek(self, key: IncidentKey) -> Incident | None:
        """Give the folded incident without locking it."""

    def entries(
        self, key: IncidentKey, *, kinds: Sequence[str] = (), after: int = 0, until: int | None = None
    ) -> Sequence[Entry]:
        """Give the entries of a chain in order, of all kinds or of some, from the one after `after` to `until`."""

    def message(self, key: IncidentKey, channel: str, *ts: str) -> Sequence[Entry]:
        """Give every entry about a message, or several of a channel (posted, edited, deleted, pinned, quoted), in order."""

    def holders(self, team: str, channel: str, ts: str) -> Sequence[IncidentKey]:
        """Name the incidents, declared within `HELD_AFTER` of when a message was posted, that hold it, oldest first."""

    def open_incidents(self, team: str) -> Sequence[Incident]:
        """Give every incident that is not over."""

    def person(self, person: PersonId) -> Person | None:
        """Give what the directory knows of somebody."""


class UnitOfWork(Reader, Protocol):
    """One transaction. Everything in it is kept or nothing is."""

    def remembered(self, key: str) -> Outcome | None:
        """Give the outcome this idempotency key had, within 48 hours."""

    def remember(self, key: str, outcome: Outcome) -> None:
        """Keep the outcome under its key."""

    def new_incident(self, team: str, at: datetime) -> tuple[IncidentKey, str]:
        """Take the next chain key and the next gap-free display number of the year."""

    def load(self, key: IncidentKey) -> Incident | None:
        """Give the folded incident, masked words included, and lock its chain until the end of the transaction."""

    def append(self, key: IncidentKey, drafts: Sequence[NewEntry], at: datetime) -> Sequence[Entry]:
        """Number, chain and store drafts; `recorded_at` is `at`, or the last one's when that is later."""

    def claim(self, key: IncidentKey, natural_keys: Sequence[str]) -> frozenset[str]:
        """Claim natural keys of what was said; give those that nobody claimed before."""

    def project(self, incident: Incident) -> None:
        """Store the folded incident in its row."""

    def delete_text(self, key: IncidentKey, numbers: Sequence[int]) -> None:
        """Delete words and salt of entries; a Redacted entry of the same chain must name them."""

    def enqueue(self, jobs: Sequence[Job], at: datetime) -> None:
        """Enqueue jobs; a key that is not yet done gets a new version."""

    def cancel(self, keys: Sequence[str]) -> None:
        """Drop jobs that are not yet done and no longer wanted."""


class Recorder(Protocol):
    """Runs work in a transaction. On SQLite one thread writes; commands go before captures."""

    def transact(self, work: Callable[[UnitOfWork], T], *, first: bool = True) -> T:
        """Run the work, commit, and give its result; when it raises, nothing of it is kept."""

    def read(self, work: Callable[[Reader], T]) -> T:
        """Run a reading against the last committed state."""
