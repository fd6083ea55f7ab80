"""What verbs and the worker need of storage, as protocols. `bot` passes the SQL implementations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeVar

from incident.aggregate import Aggregate, AnyAggregate, Foldable
from incident.entry import Entry, IncidentKey, NewEntry
from incident.frozen import Frozen, Utc
from incident.jobs import Job
from incident.medium import PlannedMethod
from incident.model.api.webhook import WebhookChoice
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch
from incident.model.subscription import Subscription
from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy

T = TypeVar("T")


class Person(Frozen):
    """What the user directory knows of a person now."""

    id: PersonId
    name: str
    zone: str = "UTC"
    title: str = ""
    is_bot: bool = False
    is_guest: bool = False
    is_active: bool = True


class Outcome(Frozen):
    """The result of a request: entries `first` to `last` of the incident, or a refusal. Holds no text.

    `digest` is that of the request, where its key may come back with another one.
    """

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
    digest: str | None = None

    @property
    def is_refused(self) -> bool:
        """True if the rules refused the request."""
        return self.code is not None


class OpenPage(Frozen):
    """A page of open incidents, and how many follow it, counted up to `MOST_COUNTED`."""

    incidents: tuple[Incident, ...] = ()
    more: int = 0


MOST_COUNTED: Final = 1000


class Reader(Protocol):
    """What a decision may look up. Masked text reads `[masked]`, unless the reader is an unmasked one."""

    def unmasked(self) -> Reader:
        """Return a reader of the same record that masks nothing: to record or compare with, never to show."""

    def find(
        self, team: str, *, number: str | None = None, channel: str | None = None, adopted: str | None = None
    ) -> IncidentKey | None:
        """Return the key of the newest incident with a display number, of a channel, or that adopted one; None for none."""

    def peek(self, key: IncidentKey) -> Incident | None:
        """Return the folded incident without locking it."""

    def peek_aggregate(self, of: Foldable[AnyAggregate], key: IncidentKey) -> AnyAggregate | None:
        """Return the folded state of a chain without locking it, masked text included; None before its first folded entry."""

    def entries(
        self, key: IncidentKey, *, kinds: Sequence[str] = (), after: int = 0, until: int | None = None
    ) -> Sequence[Entry]:
        """Return the entries of a chain in order, of all kinds or of some, after number `after` until `until`."""

    def message(self, key: IncidentKey, channel: str, *ts: str) -> Sequence[Entry]:
        """Return every entry about messages of a channel (posted, edited, deleted, pinned, quoted), in order."""

    def holders(self, team: str, channel: str, ts: str) -> Sequence[IncidentKey]:
        """Return the incidents that hold a message, oldest first.

        Only those declared within `HELD_AFTER` of when it was posted.
        """

    def open_page(self, team: str, person: PersonId, *, after: IncidentKey | None = None, limit: int = 20) -> OpenPage:
        """Return the open incidents that a person may see, in the order of `incident/rules/open_list.py`.

        The page starts after the place of an incident, which need not be open any more. `muster` sees all.
        """

    def own_incidents(
        self, team: str, person: PersonId, *, with_masks: bool = False, limit: int = 30
    ) -> Sequence[Incident]:
        """Return the open incidents that concern a person, and with `with_masks` those with masked text, in the same order.

        Only those that the person may see.
        """

    def over_incidents(self, team: str, person: PersonId, *, since: datetime, limit: int = 30) -> Sequence[Incident]:
        """Return the incidents that are over and in which something waits for a person, the earliest first.

        Only those that the person may see. What has a date of its own counts if that is not before `since`.
        """

    def open_of_service(self, team: str, service: str, since: datetime, *, drill: bool) -> Sequence[Incident]:
        """Return the first two open, unrestricted incidents of a service declared since a time, oldest first."""

    def in_channels(
        self, team: str, *, ended_since: datetime, after: IncidentKey | None = None, limit: int = 100
    ) -> Sequence[Incident]:
        """Return incidents with a channel that are open, or ended since a time; newest first, from before `after`."""

    def newest(
        self, team: str, search: IncidentSearch, *, after: IncidentKey | None = None, limit: int = 20
    ) -> Sequence[Incident]:
        """Return the incidents that a search finds, newest first, from before the place of `after`; restricted ones too."""

    def person(self, person: PersonId) -> Person | None:
        """Return what the user directory knows of a person, or None."""

    def page_methods(self, team: str, person: PersonId) -> Sequence[PlannedMethod]:
        """Return the contact methods of a person beside Slack, in that person's order, without the addresses."""

    def subscriptions(self, team: str, person: PersonId | None = None) -> Sequence[Subscription]:
        """Return what the people of a team subscribed to, or what one of them did."""

    def webhooks(self, team: str) -> Sequence[WebhookChoice]:
        """Return what the webhooks of a team learn."""

    def has_shift_notices(self, team: str, person: PersonId) -> bool:
        """True unless the person switched off the messages at the start and end of their shifts."""

    def feed_copies(self, team: str) -> Sequence[FeedCopy]:
        """Return the last good copies of the feeds of on-call schedules."""


class UnitOfWork(Reader, Protocol):
    """One transaction: all of it is stored, or none."""

    def home_viewers(self, team: str) -> Sequence[PersonId]:
        """Return the people for whom a Home tab was drawn; Slack goes on showing it until it is drawn again."""

    def subscribe(self, team: str, person: PersonId, subscription: Subscription | None) -> None:
        """Store what a person subscribes to, in the directory; None ends it."""

    def set_shift_notices(self, team: str, person: PersonId, *, on: bool) -> None:
        """Store whether a person gets the messages about their shifts, in the directory."""

    def store_feeds(self, team: str, copies: Sequence[FeedCopy]) -> None:
        """Store the copies of all feeds of a team; those of other schedules are dropped."""

    def remembered(self, key: str) -> Outcome | None:
        """Return the outcome stored under an idempotency key within 48 hours, or None."""

    def remember(self, key: str, outcome: Outcome) -> None:
        """Store the outcome under its idempotency key."""

    def declared_as(self, team: str, key: str) -> IncidentKey | None:
        """Return the incident that was declared last under a key of the caller's own; another transaction with it waits."""

    def declare_as(self, team: str, key: str, incident: IncidentKey) -> None:
        """Store the incident that was declared under a key of the caller's own."""

    def new_incident(self, team: str, at: datetime) -> tuple[IncidentKey, str]:
        """Take the next chain key and the next gap-free display number of the year."""

    def load(self, key: IncidentKey) -> Incident | None:
        """Return the folded incident, masked text included, and lock its chain until the end of the transaction."""

    def load_aggregate(self, of: Foldable[AnyAggregate], key: IncidentKey) -> AnyAggregate | None:
        """Return the folded state of a chain, as `load` does an incident's."""

    def append(self, key: IncidentKey, drafts: Sequence[NewEntry], at: datetime) -> Sequence[Entry]:
        """Number, chain and store new entries; `recorded_at` is `at`, or that of the last entry when it is later."""

    def claim(self, key: IncidentKey, natural_keys: Sequence[str]) -> frozenset[str]:
        """Claim natural keys of captures; return those that were not claimed before."""

    def project(self, state: Aggregate) -> None:
        """Save the projection of an aggregate."""

    def delete_text(self, key: IncidentKey, numbers: Sequence[int]) -> None:
        """Delete text and salt of entries; a Redacted entry of the same chain must name them."""

    def enqueue(self, jobs: Sequence[Job], at: datetime) -> None:
        """Enqueue jobs; a key that is not yet done gets a new version."""

    def cancel(self, keys: Sequence[str]) -> None:
        """Drop jobs that are not done."""


class Recorder(Protocol):
    """Runs work in a transaction. On SQLite one thread writes; commands go before captures."""

    def transact(self, work: Callable[[UnitOfWork], T], *, first: bool = True) -> T:
        """Run the work, commit, and return its result; when it raises, nothing is stored."""

    def read(self, work: Callable[[Reader], T]) -> T:
        """Run a query on the last committed state, and return its result."""
