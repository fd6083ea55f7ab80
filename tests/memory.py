"""An in-memory record: real code behind the ports, for tests of verbs. Knows no SQL; keeps the same promises as the SQL one.

A transaction works on a copy and becomes the state when it ends well, so nothing of a failed one is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock, get_ident
from typing import Final, TypeVar

from incident.entries import conversation
from incident.entry import Entry, IncidentKey, NewEntry, join, split
from incident.jobs import Job, JobKind
from incident.model.incident import Incident
from incident.ports import Outcome, Person
from incident.record import masked_view
from incident.record.message_history import HELD_AFTER, is_message, place_of
from incident.record.message_time import posted_at
from roles.person_ids import PersonId

T = TypeVar("T")

REMEMBERED_FOR: Final = timedelta(hours=48)
SKEW: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Wanted:
    """A job that is not done: the generation wanted, and the one that is being served, if any."""

    job: Job
    run_at: datetime
    generation: int = 1
    serving: int | None = None


@dataclass
class State:
    """Everything that is kept. Its values are never changed in place, so a shallow copy is a snapshot."""

    chains: dict[IncidentKey, tuple[Entry, ...]] = field(default_factory=dict)
    rows: dict[IncidentKey, Incident] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    seen: dict[tuple[IncidentKey, str], bool] = field(default_factory=dict)
    jobs: dict[str, Wanted] = field(default_factory=dict)
    people: dict[PersonId, Person] = field(default_factory=dict)

    def copy(self) -> State:
        """Give a state of its own to a transaction."""
        return State(**{name: dict(value) for name, value in vars(self).items()})


class MemoryReader:
    """Looks things up in one state. Only a bare reader gives words that a mask hides."""

    def __init__(self, state: State, *, is_bare: bool = False) -> None:
        self._state = state
        self._is_bare = is_bare

    def unmasked(self) -> MemoryReader:
        return MemoryReader(self._state, is_bare=True)

    def _shown(self, key: IncidentKey, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        masks = () if self._is_bare else masked_view.masks_of_chain(self._state.chains.get(key, ()))
        return tuple(masked_view.masked(entry, masks) for entry in entries)

    def _shown_incident(self, row: Incident) -> Incident:
        is_masked = row.masks and not self._is_bare
        return masked_view.masked_incident(row, masked_view.hidden(row, self.unmasked())) if is_masked else row

    def find(self, team: str, *, number: str | None = None, channel: str | None = None) -> IncidentKey | None:
        if number is None and channel is None:
            return None
        found = [
            key
            for key, row in self._state.rows.items()
            if key.team == team and number in (None, row.number) and channel in (None, row.places.channel)
        ]
        return max(found, default=None)

    def peek(self, key: IncidentKey) -> Incident | None:
        row = self._state.rows.get(key)
        return None if row is None else self._shown_incident(row)

    def entries(
        self, key: IncidentKey, *, kinds: Sequence[str] = (), after: int = 0, until: int | None = None
    ) -> Sequence[Entry]:
        chain = self._state.chains.get(key, ())[after:until]
        return self._shown(key, (entry for entry in chain if not kinds or entry.fact.kind in kinds))

    def message(self, key: IncidentKey, channel: str, *ts: str) -> Sequence[Entry]:
        places = {(channel, one) for one in ts}
        return self._shown(key, (e for e in self._state.chains.get(key, ()) if place_of(e.fact) in places))

    def holders(self, team: str, channel: str, ts: str) -> Sequence[IncidentKey]:
        posted = posted_at(ts)
        if posted is None:
            return ()
        last = posted + HELD_AFTER
        late = (
            k for k, row in self._state.rows.items() if k.team == team and posted - SKEW <= row.states[0].at <= last
        )
        return tuple(sorted(key for key in late if is_message(self.message(key, channel, ts))))

    def open_incidents(self, team: str) -> Sequence[Incident]:
        found = (row for key, row in self._state.rows.items() if key.team == team and not row.is_over)
        return tuple(self._shown_incident(row) for row in found)

    def person(self, person: PersonId) -> Person | None:
        return self._state.people.get(person)


class MemoryUnit(MemoryReader):
    """One transaction on a state of its own."""

    def remembered(self, key: str) -> Outcome | None:
        return self._state.outcomes.get(key)

    def remember(self, key: str, outcome: Outcome) -> None:
        old = [k for k, o in self._state.outcomes.items() if o.at < outcome.at - REMEMBERED_FOR]
        for forgotten in old:
            del self._state.outcomes[forgotten]
        self._state.outcomes.setdefault(key, outcome)

    def new_incident(self, team: str, at: datetime) -> tuple[IncidentKey, str]:
        number = self._state.numbers.get((team, at.year), 0) + 1
        self._state.numbers[(team, at.year)] = number
        return IncidentKey(team, f"{at.year:013d}{number:013d}"), f"INC-{at.year}-{number:04d}"

    def load(self, key: IncidentKey) -> Incident | None:
        return self._state.rows.get(key)

    def append(self, key: IncidentKey, drafts: Sequence[NewEntry], at: datetime) -> Sequence[Entry]:
        chain = self._state.chains.get(key, ())
        recorded_at = max(at, chain[-1].recorded_at) if chain else at
        added = tuple(
            Entry(
                key=key,
                n=len(chain) + step,
                by=draft.by,
                occurred_at=draft.occurred_at,
                recorded_at=recorded_at,
                source=draft.source,
                fact=join(type(draft.fact), *split(draft.fact)),
            )
            for step, draft in enumerate(drafts, start=1)
        )
        self._state.chains[key] = chain + added
        return added

    def claim(self, key: IncidentKey, natural_keys: Sequence[str]) -> frozenset[str]:
        new = frozenset(one for one in natural_keys if (key, one) not in self._state.seen)
        self._state.seen |= dict.fromkeys(((key, one) for one in new), True)
        return new

    def project(self, incident: Incident) -> None:
        self._state.rows[incident.key] = incident

    def delete_text(self, key: IncidentKey, numbers: Sequence[int]) -> None:
        chain = self._state.chains.get(key, ())
        named = {n for e in chain if isinstance(e.fact, conversation.Redacted) for n in e.fact.entries}
        if not set(numbers) <= named:
            raise ValueError("words are only forgotten when an entry of the same chain says so")
        self._state.chains[key] = tuple(_wordless(e) if e.n in set(numbers) else e for e in chain)

    def enqueue(self, jobs: Sequence[Job], at: datetime) -> None:
        for job in jobs:
            before = self._state.jobs.get(job.key)
            self._state.jobs[job.key] = _again(before, job, at) if before else Wanted(job, job.run_at or at)

    def cancel(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._state.jobs.pop(key, None)


def _again(before: Wanted, job: Job, at: datetime) -> Wanted:
    """Want a job once more: at the new time when it is a timer or being served, else at the sooner of both."""
    run_at = job.run_at or at
    sooner = run_at if before.serving or job.kind is JobKind.TIMER else min(run_at, before.run_at)
    rank = min(before.job.rank, job.rank)
    return replace(before, job=job.model_copy(update={"rank": rank}), run_at=sooner, generation=before.generation + 1)


def _wordless(entry: Entry) -> Entry:
    facts, _ = split(entry.fact)
    return entry.model_copy(update={"fact": join(type(entry.fact), facts, None), "redacted": True})


class Memory:
    """A recorder that keeps everything in memory. One transaction at a time, as on SQLite."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._owner: int | None = None
        self.state = State()

    def transact(self, work: Callable[[MemoryUnit], T], *, first: bool = True) -> T:
        """Run the work on a copy and keep the copy when it ends well."""
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
        """Run a reading against the last committed state."""
        return work(MemoryReader(self.state))

    def know(self, *people: Person) -> None:
        """Put people into the directory."""
        self.state.people |= {person.id: person for person in people}

    def wanted(self) -> tuple[Job, ...]:
        """Give the jobs that are not done, in the order in which they were first wanted."""
        return tuple(w.job for w in self.state.jobs.values())

    def claim(self, key: str) -> int:
        """Begin to serve a job; give the generation that is served."""
        with self._lock:
            wanted = self.state.jobs[key]
            self.state.jobs[key] = replace(wanted, serving=wanted.generation)
            return wanted.generation

    def complete(self, key: str, generation: int) -> bool:
        """End a job if the generation served is still the wanted one; tell whether it is done."""
        with self._lock:
            wanted = self.state.jobs.get(key)
            if wanted is None:
                return False
            if wanted.generation != generation:
                self.state.jobs[key] = replace(wanted, serving=None)
                return False
            del self.state.jobs[key]
            return True

    def run_at(self, key: str) -> datetime:
        """Give when a job that is not done is to run."""
        return self.state.jobs[key].run_at
