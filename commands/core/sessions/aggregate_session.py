"""One aggregate inside a transaction: the order of load, overdue deadlines, new entries and their effects, for any of them.

Knows no verb, no content of the policy, and no aggregate: a subclass says which deadlines and effects its own has.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Generic

from commands.core.sessions.staffed_policy import staffed
from incident.aggregate import AnyAggregate
from incident.effects.job_keys import key_of, timer_job
from incident.entries.conversation import Redacted
from incident.entry import Entry, EntryPoint, Fact, IncidentKey, NewEntry, Source
from incident.fold.aggregate_fold import AggregateFold, undone_by
from incident.jobs import LATER, Job, JobKind
from incident.policy import Policy
from incident.ports import UnitOfWork
from roles.person_ids import MUSTER

CLOCK_TOLERANCE: Final = timedelta(minutes=1)


class AggregateSession(ABC, Generic[AnyAggregate]):
    """Changes one aggregate: load, `record_overdue`, `apply` new entries, then `flush` projection, jobs and timer.

    `now` is the time of the request, by which jobs run; `at` is that or, within the tolerance, the time of the last entry.
    """

    def __init__(
        self, of: AggregateFold[AnyAggregate], unit: UnitOfWork, key: IncidentKey, policy: Policy, at: datetime
    ) -> None:
        self._of = of
        self.unit = unit
        self.key = key
        self.policy = staffed(policy, unit, key.team)
        self.before = unit.load_aggregate(of, key)
        self.state = self.before
        self.now = at
        last = self.before.recorded_until if self.before else None
        self.ahead = max(last - at, timedelta()) if last else timedelta()
        # Requests overtake each other, and the clocks of replicas differ a little; a clock that was set back is told.
        self.at = at + self.ahead if self.ahead <= CLOCK_TOLERANCE else at
        self.entries: list[Entry] = []
        self.gives_way = False
        self.refolded = False

    @property
    def number(self) -> str | None:
        """The display number of the aggregate, None for one without."""
        return None

    def record(self, new: Sequence[NewEntry]) -> Sequence[Entry]:
        """Append entries and fold them. A redaction deletes the text of the entries that it names."""
        if not new:
            return ()
        added = self.unit.append(self.key, new, self.at)
        self.entries.extend(added)
        for entry in added:
            self.state = self._of.apply(self.state, entry)
        self._rewrite(added)
        return added

    @abstractmethod
    def record_overdue(self, *, with_absences: bool = False) -> None:
        """Record the deadlines that have passed unmet, and with absences first who cannot be asked any more."""

    def apply(self, new: Sequence[NewEntry]) -> Sequence[Entry]:
        """Record entries, and after them what follows from them at once. Return the former."""
        return self.record(new)

    def prompt(self) -> None:
        """Record the prompts that are due now."""
        self.record([self.by_muster(fact) for fact in self.due_prompts()])

    def flush(self) -> None:
        """Save the projection, enqueue the jobs of the new entries, and set the timer of the next deadline."""
        if self.state is None:
            return
        jobs: list[Job] = []
        if self.entries:
            if self.refolded or self.state.n != (self.before.n if self.before else 0):
                self.unit.project(self.state)
            jobs += self.effects(self.state)
            self.unit.cancel(self.needless())
        if self.gives_way:
            jobs = [job.model_copy(update={"rank": LATER}) for job in jobs]
        self.unit.enqueue([*jobs, *self._timer()], self.now)

    @abstractmethod
    def due_prompts(self) -> Sequence[Fact]:
        """Return the prompts that are due now."""

    @abstractmethod
    def effects(self, after: AnyAggregate) -> Sequence[Job]:
        """Return the jobs that follow from the entries of this session."""

    def needless(self) -> Sequence[str]:
        """Return the keys of the waiting jobs that the entries of this session make needless."""
        return ()

    @abstractmethod
    def next_at(self) -> datetime | None:
        """Return when the next deadline passes or the next prompt is due (UTC); None for never."""

    def by_muster(self, fact: Fact, source: Source | None = None, happened_at: datetime | None = None) -> NewEntry:
        """Return a new entry by Muster itself, of now or of an earlier time."""
        happened_at = min(happened_at or self.at, self.at)
        return NewEntry(
            fact=fact, by=MUSTER, occurred_at=happened_at, source=source or Source(surface=EntryPoint.TIMER)
        )

    def _timer(self) -> Sequence[Job]:
        next_at = self.next_at()
        if next_at is None:
            self.unit.cancel([key_of(JobKind.TIMER, self.key)])
            return ()
        return (timer_job(self.key, next_at),)

    def _rewrite(self, added: Sequence[Entry]) -> None:
        """Delete the text that was redacted. After that, and after an act that was undone, the chain is folded again."""
        numbers = [n for entry in added if isinstance(entry.fact, Redacted) for n in entry.fact.entries]
        if numbers:
            self.unit.delete_text(self.key, numbers)
        if numbers or undone_by(added):
            self.refolded = True
            kinds = self._of.kinds
            self.state = self._of.fold(self.unit.unmasked().entries(self.key, kinds=kinds))
