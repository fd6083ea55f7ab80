"""What the record in memory holds, as one value: chains, projections, jobs, people. Knows no query."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from incident.aggregate import Aggregate
from incident.entry import Entry, IncidentKey
from incident.jobs import Job, JobKind
from incident.medium import PlannedMethod
from incident.model.api.webhook import WebhookChoice
from incident.model.incident import Incident
from incident.model.subscription import Subscription
from incident.ports import Outcome, Person
from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy


@dataclass(frozen=True)
class QueuedJob:
    """A job that is not done: its newest generation, and the generation that a worker is serving, if any."""

    job: Job
    run_at: datetime
    generation: int = 1
    serving: int | None = None

    def again(self, job: Job, at: datetime) -> QueuedJob:
        """Queue the job again: at the new time if it is a timer or a worker serves it, else at the earlier of both times."""
        run_at = job.run_at or at
        earliest = run_at if self.serving or job.kind is JobKind.TIMER else min(run_at, self.run_at)
        rank = min(self.job.rank, job.rank)
        return replace(self, job=job.model_copy(update={"rank": rank}), run_at=earliest, generation=self.generation + 1)


@dataclass
class MemoryState:
    """The whole record. Its values are never changed in place, so a shallow copy is a snapshot."""

    chains: dict[IncidentKey, tuple[Entry, ...]] = field(default_factory=dict)
    rows: dict[IncidentKey, Incident] = field(default_factory=dict)
    others: dict[IncidentKey, Aggregate] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    seen: dict[tuple[IncidentKey, str], bool] = field(default_factory=dict)
    jobs: dict[str, QueuedJob] = field(default_factory=dict)
    people: dict[PersonId, Person] = field(default_factory=dict)
    methods: dict[PersonId, tuple[PlannedMethod, ...]] = field(default_factory=dict)
    subscriptions: dict[tuple[str, PersonId], Subscription] = field(default_factory=dict)
    shift_notices_off: dict[tuple[str, PersonId], bool] = field(default_factory=dict)
    feeds: dict[str, tuple[FeedCopy, ...]] = field(default_factory=dict)
    webhooks: dict[str, tuple[WebhookChoice, ...]] = field(default_factory=dict)
    declared_keys: dict[tuple[str, str], IncidentKey] = field(default_factory=dict)

    def copy(self) -> MemoryState:
        """Return a snapshot for one transaction."""
        return MemoryState(**{name: dict(value) for name, value in vars(self).items()})
