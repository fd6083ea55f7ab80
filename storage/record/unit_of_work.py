"""The unit of work: one transaction that appends entries, saves projections and outcomes, and enqueues jobs. Decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection
from ulid import ULID

from incident.aggregate import Aggregate, AnyAggregate, Foldable
from incident.entry import Entry, IncidentKey, NewEntry
from incident.fold.fold import INCIDENT
from incident.jobs import Job, JobKind
from incident.model.incident import Incident
from incident.model.subscription import Subscription
from incident.ports import Outcome
from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy
from storage import schedule_feeds, shift_notices, subscriptions
from storage.api import declared_keys
from storage.errors import require_team
from storage.jobs import outbox
from storage.record import chain_writer, idempotency_keys, incident_numbers, redaction
from storage.record.projections import projection
from storage.record.record_reader import SqlReader


class SqlUnitOfWork(SqlReader):
    """One transaction. `has_enqueued`, `redacted`, `appended` and `heads` are for the recorder, after the commit."""

    def __init__(self, connection: Connection, team: str | None) -> None:
        super().__init__(connection, team)
        self.has_enqueued = False
        self.appended: Counter[str] = Counter()
        self.redacted: set[IncidentKey] = set()
        self._saved: dict[IncidentKey, Aggregate] = {}
        self.heads: dict[IncidentKey, chain_writer.Head | None] = {}

    def home_viewers(self, team: str) -> Sequence[PersonId]:
        """Return the people for whom a Home tab was drawn."""
        return outbox.people_of(self.connection, team, JobKind.HOME)

    def subscribe(self, team: str, person: PersonId, subscription: Subscription | None) -> None:
        """Store what a person subscribes to; None deletes it."""
        if subscription is None:
            subscriptions.erase(self.connection, team, person)
        else:
            subscriptions.save(self.connection, team, subscription)

    def set_shift_notices(self, team: str, person: PersonId, *, on: bool) -> None:
        """Store whether a person gets the messages about their shifts."""
        shift_notices.save(self.connection, team, person, on=on)

    def store_feeds(self, team: str, copies: Sequence[FeedCopy]) -> None:
        """Store the copies of all feeds of a team; those of other schedules are dropped."""
        schedule_feeds.drop_others(self.connection, team, [one.schedule for one in copies])
        for one in copies:
            schedule_feeds.save(self.connection, team, one)

    def remembered(self, key: str) -> Outcome | None:
        """Return the outcome of this idempotency key, if it is not older than 48 hours."""
        return idempotency_keys.stored_outcome(self.connection, self.team or "", key)

    def remember(self, key: str, outcome: Outcome) -> None:
        """Store the outcome under its key."""
        idempotency_keys.store_outcome(self.connection, self.team or "", key, outcome)

    def declared_as(self, team: str, key: str) -> IncidentKey | None:
        """Return the incident that was declared last under a key; another transaction with it waits for this one."""
        found = declared_keys.find(self.connection, team, key)
        return None if found is None else IncidentKey(team, found)

    def declare_as(self, team: str, key: str, incident: IncidentKey) -> None:
        """Store the incident that was declared under a key."""
        declared_keys.save(self.connection, team, key, incident.id)

    def new_incident(self, team: str, at: datetime) -> tuple[IncidentKey, str]:
        """Return a new chain key and the next gap-free display number of the year."""
        value = incident_numbers.next_number(self.connection, team, at.year)
        return IncidentKey(team, str(ULID.from_datetime(at))), f"INC-{at.year}-{value:04d}"

    def load(self, key: IncidentKey) -> Incident | None:
        """Return the folded incident, and lock its chain until the end of the transaction."""
        return self.load_aggregate(INCIDENT, key)

    def load_aggregate(self, of: Foldable[AnyAggregate], key: IncidentKey) -> AnyAggregate | None:
        """Return the folded state of a chain, and lock the chain until the end of the transaction."""
        self.heads[key] = chain_writer.lock(self.connection, key)
        found = projection.load_as(self.connection, of, key)
        if found is not None:
            self._saved[key] = found
        return found

    def append(self, key: IncidentKey, drafts: Sequence[NewEntry], at: datetime) -> Sequence[Entry]:
        """Number, hash and store new entries; `recorded_at` is `at`, or that of the last entry when it is later."""
        self.appended.update(draft.fact.kind for draft in drafts)
        added, self.heads[key] = chain_writer.append_after(self.connection, key, drafts, at, self.heads.get(key))
        return added

    def claim(self, key: IncidentKey, natural_keys: Sequence[str]) -> frozenset[str]:
        """Claim natural keys of messages; return those that were not yet claimed."""
        return idempotency_keys.claim_natural_keys(self.connection, key, natural_keys)

    def project(self, state: Aggregate) -> None:
        """Save the projection; after a redaction it is folded again, since the given state may hold deleted text."""
        saved = projection.refold(self.connection, state.key) if state.key in self.redacted else state
        if saved is not None:
            projection.save(self.connection, saved, self._saved.get(state.key))
            self._saved[state.key] = saved

    def delete_text(self, key: IncidentKey, numbers: Sequence[int]) -> None:
        """Delete text and salt of entries; a Redacted entry of the same chain must name them."""
        redaction.delete_text(self.connection, key, numbers)
        self._saved.pop(key, None)  # It saved the incident as its entries are without the text.
        self.redacted.add(key)

    def enqueue(self, jobs: Sequence[Job], at: datetime) -> None:
        """Enqueue jobs; a key that is not yet done gets a new version instead of a second row."""
        outbox.enqueue(self.connection, jobs, at)
        self.has_enqueued = self.has_enqueued or bool(jobs)

    def cancel(self, keys: Sequence[str]) -> None:
        """Delete jobs of these keys that are not yet done."""
        outbox.cancel(self.connection, keys, require_team(self.team))
