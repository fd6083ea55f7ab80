"""The record in memory: the ports of the record without a database, for tests of verbs and of plug-ins. Knows no SQL.

A transaction works on a copy, which becomes the state when the transaction succeeds, so a failed transaction changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock, get_ident
from typing import Final, TypeVar

from incident.aggregate import Aggregate, AnyAggregate, Foldable
from incident.entries import conversation
from incident.entry import Entry, IncidentKey, NewEntry, join, split
from incident.jobs import Job, JobKind
from incident.memory_reader import MemoryReader
from incident.memory_state import MemoryState, QueuedJob
from incident.model.incident import Incident
from incident.model.subscription import Subscription
from incident.ports import Outcome, Person
from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy

T = TypeVar("T")

REMEMBERED_FOR: Final = timedelta(hours=48)


class MemoryUnit(MemoryReader):
    """One transaction on its own copy of the state."""

    def home_viewers(self, team: str) -> Sequence[PersonId]:
        """Return the people for whom a Home tab is queued: a job that is done leaves no trace here."""
        jobs = (queued.job for queued in self._state.jobs.values())
        return tuple(j.person for j in jobs if j.kind is JobKind.HOME and j.person and j.incident.team == team)

    def subscribe(self, team: str, person: PersonId, subscription: Subscription | None) -> None:
        """Store what a person subscribes to; None ends it."""
        self._state.subscriptions.pop((team, person), None)
        if subscription is not None:
            self._state.subscriptions[(team, person)] = subscription

    def set_shift_notices(self, team: str, person: PersonId, *, on: bool) -> None:
        """Store whether a person gets the messages about their shifts."""
        self._state.shift_notices_off.pop((team, person), None)
        if not on:
            self._state.shift_notices_off[(team, person)] = True

    def store_feeds(self, team: str, copies: Sequence[FeedCopy]) -> None:
        """Store the copies of all feeds of a team."""
        self._state.feeds[team] = tuple(copies)

    def remembered(self, key: str) -> Outcome | None:
        """Return the outcome of an earlier request with this idempotency key."""
        return self._state.outcomes.get(key)

    def remember(self, key: str, outcome: Outcome) -> None:
        """Store the outcome of a request; outcomes older than 48 hours are dropped."""
        old = [k for k, o in self._state.outcomes.items() if o.at < outcome.at - REMEMBERED_FOR]
        for expired in old:
            del self._state.outcomes[expired]
        self._state.outcomes.setdefault(key, outcome)

    def declared_as(self, team: str, key: str) -> IncidentKey | None:
        """Return the incident that was declared last under a key."""
        return self._state.declared_keys.get((team, key))

    def declare_as(self, team: str, key: str, incident: IncidentKey) -> None:
        """Store the incident that was declared under a key."""
        self._state.declared_keys[(team, key)] = incident

    def new_incident(self, team: str, at: datetime) -> tuple[IncidentKey, str]:
        """Return the key and the number of a new incident; numbers restart each year."""
        number = self._state.numbers.get((team, at.year), 0) + 1
        self._state.numbers[(team, at.year)] = number
        return IncidentKey(team, f"{at.year:013d}{number:013d}"), f"INC-{at.year}-{number:04d}"

    def load(self, key: IncidentKey) -> Incident | None:
        """Return the current projection with the text unmasked."""
        return self._state.rows.get(key)

    def load_aggregate(self, of: Foldable[AnyAggregate], key: IncidentKey) -> AnyAggregate | None:
        """Return the current projection of a chain."""
        return self.peek_aggregate(of, key)

    def append(self, key: IncidentKey, pending: Sequence[NewEntry], at: datetime) -> Sequence[Entry]:
        """Append entries to a chain; recording times never run backwards."""
        chain = self._state.chains.get(key, ())
        recorded_at = max(at, chain[-1].recorded_at) if chain else at
        added = tuple(
            Entry(
                key=key, n=n, recorded_at=recorded_at, **{**dict(new), "fact": join(type(new.fact), *split(new.fact))}
            )
            for n, new in enumerate(pending, start=len(chain) + 1)
        )
        self._state.chains[key] = chain + added
        return added

    def claim(self, key: IncidentKey, natural_keys: Sequence[str]) -> frozenset[str]:
        """Return those natural keys that this incident has not seen before, and mark them as seen."""
        new = frozenset(one for one in natural_keys if (key, one) not in self._state.seen)
        self._state.seen |= dict.fromkeys(((key, one) for one in new), True)
        return new

    def project(self, state: Aggregate) -> None:
        """Store the projection of an aggregate."""
        if isinstance(state, Incident):
            self._state.rows[state.key] = state
        else:
            self._state.others[state.key] = state

    def delete_text(self, key: IncidentKey, numbers: Sequence[int]) -> None:
        """Delete the text of entries; ValueError unless an entry of the same chain records the redaction."""
        chain = self._state.chains.get(key, ())
        named = {n for e in chain if isinstance(e.fact, conversation.Redacted) for n in e.fact.entries}
        if not set(numbers) <= named:
            raise ValueError("text is only deleted when an entry of the same chain records its redaction")
        self._state.chains[key] = tuple(_without_text(e) if e.n in set(numbers) else e for e in chain)

    def enqueue(self, jobs: Sequence[Job], at: datetime) -> None:
        """Queue jobs; a job that is queued already is rescheduled and gets a new generation."""
        for job in jobs:
            before = self._state.jobs.get(job.key)
            self._state.jobs[job.key] = before.again(job, at) if before else QueuedJob(job, job.run_at or at)

    def cancel(self, keys: Sequence[str]) -> None:
        """Remove jobs that are not done."""
        for key in keys:
            self._state.jobs.pop(key, None)


def _without_text(entry: Entry) -> Entry:
    data, _ = split(entry.fact)
    return entry.model_copy(update={"fact": join(type(entry.fact), data, None), "redacted": True})


class MemoryStore:
    """The record in memory. One transaction at a time, as on SQLite."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._owner: int | None = None
        self.state = MemoryState()

    def transact(self, work: Callable[[MemoryUnit], T], *, first: bool = True) -> T:
        """Run the work on a copy of the state and store the copy if it succeeds; RuntimeError inside another transaction."""
        if self._owner == get_ident():
            raise RuntimeError("a transaction was begun inside a transaction")
        with self._lock:
            self._owner = get_ident()
            try:
                state = self.state.copy()
                result = work(MemoryUnit(state))
                self.state = state
            finally:
                self._owner = None
        return result

    def read(self, work: Callable[[MemoryReader], T]) -> T:
        """Run a query against the last committed state."""
        return work(MemoryReader(self.state))

    def know(self, *people: Person) -> None:
        """Add people to the directory."""
        self.state.people |= {person.id: person for person in people}

    def queued(self) -> tuple[Job, ...]:
        """Return the jobs that are not done, in the order in which they were first queued."""
        return tuple(one.job for one in self.state.jobs.values())

    def claim(self, key: str) -> int:
        """Start to serve a job; return the generation that is served."""
        with self._lock:
            queued = self.state.jobs[key]
            self.state.jobs[key] = replace(queued, serving=queued.generation)
            return queued.generation

    def complete(self, key: str, generation: int) -> bool:
        """Remove a job if the served generation is still its newest; True if the job is done."""
        with self._lock:
            queued = self.state.jobs.get(key)
            if queued is None:
                return False
            if queued.generation != generation:
                self.state.jobs[key] = replace(queued, serving=None)
                return False
            del self.state.jobs[key]
            return True

    def run_at(self, key: str) -> datetime:
        """Return the time at which a queued job is due."""
        return self.state.jobs[key].run_at
