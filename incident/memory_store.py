"""The record in memory: the ports of the record without a database, for tests of verbs and of plug-ins. Knows no SQL.

A transaction works on a copy, which becomes the state when the transaction succeeds, so a failed transaction changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock, get_ident
from typing import Final, TypeVar

from incident.entries import conversation
from incident.entry import Entry, IncidentKey, NewEntry, join, split
from incident.jobs import Job, JobKind
from incident.memory_state import MemoryState, QueuedJob
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch, declared_at
from incident.model.subscription import Subscription
from incident.ports import MOST_COUNTED, OpenPage, Outcome, Person
from incident.record import masked_view
from incident.record.message_history import HELD_AFTER, is_message, place_of
from incident.record.message_time import posted_at
from incident.rules.open_list import concerned, position
from incident.rules.visibility import is_called, may_see
from roles.person_ids import PersonId

T = TypeVar("T")

REMEMBERED_FOR: Final = timedelta(hours=48)
SKEW: Final = timedelta(minutes=1)


class MemoryReader:
    """Queries on one state. Only the unmasked reader returns text that a mask hides."""

    def __init__(self, state: MemoryState, *, is_unmasked: bool = False) -> None:
        self._state = state
        self._is_unmasked = is_unmasked

    def unmasked(self) -> MemoryReader:
        """Return a reader of the same state that also returns masked text."""
        return MemoryReader(self._state, is_unmasked=True)

    def _shown(self, key: IncidentKey, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        masks = () if self._is_unmasked else masked_view.masks_of_chain(self._state.chains.get(key, ()))
        return tuple(masked_view.masked(entry, masks) for entry in entries)

    def _shown_incident(self, row: Incident) -> Incident:
        is_masked = row.masks and not self._is_unmasked
        return masked_view.masked_incident(row, masked_view.hidden(row, self.unmasked())) if is_masked else row

    def find(
        self, team: str, *, number: str | None = None, channel: str | None = None, adopted: str | None = None
    ) -> IncidentKey | None:
        """Return the newest incident with this number, of this channel, that adopted this one; None if there is none."""
        given = (number, channel, adopted)
        rows = ((key, (row.number, row.own_channel, row.adopted)) for key, row in self._state.rows.items())
        of_team = ((key, of_row) for key, of_row in rows if key.team == team and any(given))
        same = (key for key, of_row in of_team if all(g in (None, r) for g, r in zip(given, of_row, strict=True)))
        return max(same, default=None)

    def peek(self, key: IncidentKey) -> Incident | None:
        """Return the current projection of an incident, masked as the reader masks."""
        row = self._state.rows.get(key)
        return None if row is None else self._shown_incident(row)

    def entries(
        self, key: IncidentKey, *, kinds: Sequence[str] = (), after: int = 0, until: int | None = None
    ) -> Sequence[Entry]:
        """Return the entries of a chain in order, those numbered above `after` and up to `until`, of these kinds."""
        chain = self._state.chains.get(key, ())[after:until]
        return self._shown(key, (entry for entry in chain if not kinds or entry.fact.kind in kinds))

    def message(self, key: IncidentKey, channel: str, *ts: str) -> Sequence[Entry]:
        """Return the entries about these messages of a channel."""
        places = {(channel, one) for one in ts}
        return self._shown(key, (e for e in self._state.chains.get(key, ()) if place_of(e.fact) in places))

    def holders(self, team: str, channel: str, ts: str) -> Sequence[IncidentKey]:
        """Return the incidents whose record holds a message of this channel, posted at `ts`."""
        posted = posted_at(ts)
        if posted is None:
            return ()
        ours = ((key, declared_at(row)) for key, row in self._state.rows.items() if key.team == team)
        late = (key for key, at in ours if posted - SKEW <= at <= posted + HELD_AFTER)
        return tuple(sorted(key for key in late if is_message(self.message(key, channel, ts))))

    def open_page(self, team: str, person: PersonId, *, after: IncidentKey | None = None, limit: int = 20) -> OpenPage:
        """Return the open incidents that a person may see, in the order of lists, after the place of an incident."""
        place = position(self._state.rows[after]) if after in self._state.rows else ""
        found = [row for row in self._open(team) if may_see(row, person) and position(row) > place]
        more = min(len(found[limit:]), MOST_COUNTED)
        return OpenPage(incidents=tuple(map(self._shown_incident, found[:limit])), more=more)

    def own_incidents(
        self, team: str, person: PersonId, *, with_masks: bool = False, limit: int = 30
    ) -> Sequence[Incident]:
        """Return the first open incidents that concern a person and that they may see or are called to, in the order of lists."""
        mine = [row for row in self._open(team) if person in concerned(row) or (with_masks and row.masks)]
        return tuple(map(self._shown_incident, (r for r in mine if may_see(r, person) or is_called(r, person))))[:limit]

    def open_of_service(self, team: str, service: str, since: datetime, *, drill: bool) -> Sequence[Incident]:
        """Return the first two open, unrestricted incidents of a service declared since a time, oldest first."""
        search = IncidentSearch(is_over=False, service=service, since=since)
        late = [row for row in self._open(team) if search.finds(row) and (row.drill, row.restricted) == (drill, False)]
        return tuple(self._shown_incident(row) for row in sorted(late, key=lambda row: row.key)[:2])

    def in_channels(
        self, team: str, *, ended_since: datetime, after: IncidentKey | None = None, limit: int = 100
    ) -> Sequence[Incident]:
        """Return incidents with a channel that are open, or ended since a time; newest first, from before `after`."""
        rows = (self._state.rows[key] for key in sorted(self._state.rows, reverse=True) if key.team == team)
        found = (row for row in rows if row.own_channel and (after is None or row.key < after))
        recent = [row for row in found if not row.is_over or row.states[-1].at >= ended_since]
        return tuple(self._shown_incident(row) for row in recent[:limit])

    def _open(self, team: str) -> list[Incident]:
        return sorted((r for key, r in self._state.rows.items() if key.team == team and not r.is_over), key=position)

    def newest(
        self, team: str, search: IncidentSearch, *, after: IncidentKey | None = None, limit: int = 20
    ) -> Sequence[Incident]:
        """Return the incidents that a search finds, newest first, from before the place of `after`; restricted ones too."""
        ours = (row for key, row in self._state.rows.items() if key.team == team and search.finds(row))
        found = [row for row in ours if after is None or search.place(row) < search.place(self._state.rows[after])]
        return tuple(map(self._shown_incident, sorted(found, key=search.place, reverse=True)[:limit]))

    def person(self, person: PersonId) -> Person | None:
        """Return what the directory knows of a person."""
        return self._state.people.get(person)

    def subscriptions(self, team: str, person: PersonId | None = None) -> Sequence[Subscription]:
        """Return what the people of a team subscribed to, or what one of them did."""
        ours = (one for (of_team, _), one in self._state.subscriptions.items() if of_team == team)
        return tuple(one for one in ours if person in (None, one.person))


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

    def remembered(self, key: str) -> Outcome | None:
        """Return the outcome of an earlier request with this idempotency key."""
        return self._state.outcomes.get(key)

    def remember(self, key: str, outcome: Outcome) -> None:
        """Store the outcome of a request; outcomes older than 48 hours are dropped."""
        old = [k for k, o in self._state.outcomes.items() if o.at < outcome.at - REMEMBERED_FOR]
        for expired in old:
            del self._state.outcomes[expired]
        self._state.outcomes.setdefault(key, outcome)

    def new_incident(self, team: str, at: datetime) -> tuple[IncidentKey, str]:
        """Return the key and the number of a new incident; numbers restart each year."""
        number = self._state.numbers.get((team, at.year), 0) + 1
        self._state.numbers[(team, at.year)] = number
        return IncidentKey(team, f"{at.year:013d}{number:013d}"), f"INC-{at.year}-{number:04d}"

    def load(self, key: IncidentKey) -> Incident | None:
        """Return the current projection with the text unmasked."""
        return self._state.rows.get(key)

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

    def project(self, incident: Incident) -> None:
        """Store the projection of an incident."""
        self._state.rows[incident.key] = incident

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
