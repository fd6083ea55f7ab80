"""Runs one claimed job outside any transaction, records its result, and completes, postpones, retries or gives up.

Knows the four results of the port; knows no channel, no template and no rule.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.failpoints import Failpoint, no_failpoint
from bot.worker.leases import Lease, LeaseLost, Leases
from bot.worker.port import Delivered, JobHandler, JobRun, RateLimited, Refused, Result, Unknown
from commands.core.record_service import PolicySource, RecordService
from incident.entries.delivery import OWN_FAULT, DeliveryFailed
from incident.entry import WORKSPACE, Fact
from incident.jobs import Job, JobKind
from incident.medium import Medium
from incident.model.incident import Incident
from storage.errors import Unavailable
from storage.jobs.claims import ClaimedJob
from storage.jobs.job_queue import JobQueue

_log = logging.getLogger(__name__)
_FIRST_RETRY_SECONDS: Final = 1.0
_LONGEST_RETRY_SECONDS: Final = 300.0
_MAX_ATTEMPTS: Final = 30
_MAX_BUGS: Final = 5
# What asks every few seconds is postponed all the time.
_POLLS: Final = frozenset({JobKind.PAGE_RECEIPT})
# A timer has nothing that an incident could lack; who learns of it by subscription or webhook is no matter of the record.
_NOT_RECORDED: Final = frozenset({JobKind.TIMER, JobKind.SUBSCRIBER_NOTICE, JobKind.WEBHOOK})


@dataclass(frozen=True)
class WorkerDependencies:
    """What the worker needs beside its store: a handler per kind of job, the active policy, a clock.

    `call_seconds` is the timeout of the handlers' clients. While `is_on_hold` returns True no job is claimed: spooled
    declarations may be about to bring what a job would create. `medium` names the medium of a job in the record of its
    failure; `reached` is called at each failpoint.
    """

    handlers: Mapping[JobKind, JobHandler]
    policy: PolicySource
    clock: Clock
    call_seconds: float = 10.0
    is_on_hold: Callable[[], bool] = lambda: False
    medium: Callable[[Job], Medium] = lambda job: Medium.SLACK
    reached: Failpoint = no_failpoint


class JobRunner:
    """Runs claimed jobs, one per call of `run`, on any thread."""

    def __init__(self, jobs: JobQueue, record: RecordService, leases: Leases, needs: WorkerDependencies) -> None:
        self._jobs = jobs
        self._service = record
        self._leases = leases
        self._handlers = needs.handlers
        self._clock = needs.clock
        self._medium = needs.medium
        self._reached = needs.reached

    def run(self, claimed: ClaimedJob, lease: Lease) -> None:
        """Run one job to its end: completed, postponed, to be retried, or a dead letter."""
        self._reached(f"{claimed.job.kind}:claimed")
        try:
            started = self._clock.now()
            self._apply(claimed, lease, self._handle(claimed, lease, started), started)
        except LeaseLost as lost:
            # If no other replica has taken the job over, its retry looks up what this run may have sent.
            _log.warning("%s is released: %s", claimed.job.key, lost, extra=log_context(claimed.job))
            self._jobs.retry(claimed, self._clock.now(), str(lost))
        except Unavailable as absent:
            # The retry itself needs the database; without it the job is claimed again when its lease ends.
            self._retry(claimed, f"the database was {absent}", _MAX_ATTEMPTS)
        except Exception as error:  # noqa: BLE001 - one job that fails must not stop the others
            _log.exception("job %s failed", claimed.job.key, extra=log_context(claimed.job))
            self._retry(claimed, f"{type(error).__name__}: {error}", _MAX_BUGS, recorded=OWN_FAULT)
        finally:
            self._leases.release(lease)

    def _handle(self, claimed: ClaimedJob, lease: Lease, now: datetime) -> Result:
        job, is_first = claimed.job, claimed.attempts == 1
        if job.kind is JobKind.TIMER:
            self._service.tick(job.incident)
            return Delivered()
        run = JobRun(
            job=job,
            at=now,
            found=self._incident(claimed),
            is_first=is_first,
            check_lease=lease.check_call,
            last_ref=lambda: self._jobs.last_result(claimed) if is_first else None,
        )
        return self._handlers[job.kind](run)

    def _apply(self, claimed: ClaimedJob, lease: Lease, result: Result, started: datetime) -> None:
        match result:
            case Delivered():
                self._complete(claimed, lease, result, started)
            case RateLimited(after):
                level = logging.DEBUG if claimed.job.kind in _POLLS else logging.INFO
                _log.log(
                    level,
                    "%s is postponed until %s",
                    claimed.job.key,
                    after.isoformat(),
                    extra=log_context(claimed.job),
                )
                self._jobs.postpone(claimed, after)
            case Unknown(why):
                self._retry(claimed, why, _MAX_ATTEMPTS)
            case Refused(why, permanent=True):
                self._give_up(claimed, why)
            case Refused(why, facts=facts):
                self._retry(claimed, why, _MAX_ATTEMPTS)
                now = self._clock.now()
                self._record(claimed, facts, now, once=f"closed:{claimed.job.incident.id}:{now:%Y-%m-%dT%H}")

    def _complete(self, claimed: ClaimedJob, lease: Lease, result: Delivered, started: datetime) -> None:
        if result.facts and not lease.is_held(self._clock.now()):
            raise LeaseLost("the lease ended before the result was recorded")
        self._record(claimed, result.facts, started, once=f"job:{claimed.id}:{claimed.version}")
        self._reached(f"{claimed.job.kind}:noted")
        self._jobs.complete(claimed, self._clock.now(), result.ref)
        self._reached(f"{claimed.job.kind}:completed")

    def _incident(self, claimed: ClaimedJob) -> Incident | None:
        key = claimed.job.incident
        return None if key.id == WORKSPACE else self._service.read(lambda reader: reader.peek(key))

    def _record(self, claimed: ClaimedJob, facts: Sequence[Fact], at: datetime, *, once: str) -> None:
        """Record facts unless facts were recorded under the key `once` before."""
        if facts:
            self._service.note(claimed.job.incident, facts, once, happened_at=at)

    def _retry(self, claimed: ClaimedJob, error: str, max_attempts: int, recorded: str | None = None) -> None:
        """Retry with exponential backoff and jitter; after `max_attempts` the job becomes a dead letter.

        The record gives the error as it is, or as `recorded`.
        """
        if claimed.attempts >= max_attempts:
            self._give_up(claimed, error, recorded)
            return
        seconds = min(_LONGEST_RETRY_SECONDS, _FIRST_RETRY_SECONDS * 2 ** (claimed.attempts - 1))
        later = timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311 - jitter is no secret
        self._jobs.retry(claimed, self._clock.now() + later, error)

    def _give_up(self, claimed: ClaimedJob, error: str, recorded: str | None = None) -> None:
        """Make the job and those that need it dead letters, and record what the incident lacks because of it."""
        job, now = claimed.job, self._clock.now()
        dead = self._jobs.dead_letter(claimed, error, now)
        for one in dead:
            _log.error("job %s is a dead letter: %s", one.job.key, one.error, extra=log_context(one.job))
        if dead and job.incident.id != WORKSPACE and job.kind not in _NOT_RECORDED:
            lost = DeliveryFailed(medium=self._medium(job), what=job.kind, who=job.person, error=recorded or error)
            self._record(claimed, [lost], now, once=f"job:{claimed.id}:{claimed.version}")


def log_context(job: Job) -> dict[str, str]:
    """Return the fields with which JSON logs name a job and its incident."""
    return {"job": job.key, "incident": job.incident.id}
