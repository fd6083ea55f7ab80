"""The port between the worker and the outside: a job goes out, one of four results comes back. Knows no channel.

Slack is one adapter behind it; e-mail or a pager would be others. A handler that cannot act before a moment answers
`RateLimited`, whatever the reason: it promises that nothing was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from incident.entry import Fact
from incident.jobs import Job
from incident.model.incident import Incident
from roles.person_ids import PersonId


@dataclass(frozen=True)
class Delivered:
    """The job is done. `ref` is stored with the job and handed to the next run of its key; `facts` go on the record."""

    ref: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class RateLimited:
    """Nothing was sent. The job is postponed until `after` (UTC), and this run does not count as an attempt."""

    after: datetime


@dataclass(frozen=True)
class Unknown:
    """The channel may or may not have delivered. The next run looks the delivery up before it sends again."""

    why: str


@dataclass(frozen=True)
class Refused:
    """The channel said no. A permanent refusal makes the job a dead letter; any other is retried.

    `facts` tell the people who can end a refusal that is not permanent; they are recorded at most once an hour.
    """

    why: str
    permanent: bool = True
    facts: tuple[Fact, ...] = ()


Result = Delivered | RateLimited | Unknown | Refused


def _no_lease(now: datetime) -> None:
    """Allow every call, as a job that is run without a lease does."""


@dataclass(frozen=True)
class JobRun:
    """One run of a claimed job at `at` (UTC).

    `is_first` is True if no earlier run can have sent anything. `check_lease` raises `LeaseLost` if a call begun at the
    given moment could outlast the lease. `last_ref` reads the `ref` of the key's previous delivery, None when unknown.
    """

    job: Job
    at: datetime
    found: Incident | None
    is_first: bool
    check_lease: Callable[[datetime], None] = _no_lease
    last_ref: Callable[[], str | None] = lambda: None

    @property
    def incident(self) -> Incident:
        """The incident the job belongs to. Raises LookupError if there is none."""
        if self.found is None:
            raise LookupError(f"job {self.job.key} belongs to no incident")
        return self.found

    @property
    def channel(self) -> str:
        """The incident channel. Raises LookupError if it has not been created; jobs that need it wait for it."""
        if self.incident.places.channel is None:
            raise LookupError(f"job {self.job.key} was run before its channel was created")
        return self.incident.places.channel

    @property
    def person(self) -> PersonId:
        """The person the job is for. Raises LookupError if it names none."""
        if self.job.person is None:
            raise LookupError(f"job {self.job.key} names no person")
        return self.job.person


JobHandler = Callable[[JobRun], Result]
