"""The jobs that send status updates outside Slack: one for each recipient, its repetitions, corrections and withdrawals.

They follow from the record alone and need no channel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from incident.effects.job_keys import key_of
from incident.effects.notifications import is_recorded_late
from incident.entries.lifecycle import Undone
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected, UpdateDelivered
from incident.entry import Entry
from incident.jobs import URGENT, Job, JobKind
from incident.model.incident import Incident


def update_jobs(before: Incident | None, after: Incident, entries: Sequence[Entry]) -> tuple[Job, ...]:
    """Return the jobs that follow from entries about updates. `before` still has the updates that these take back."""
    return tuple(job for entry in entries for job in _of_entry(before, after, entry))


def _of_entry(before: Incident | None, after: Incident, entry: Entry) -> Iterator[Job]:
    fact = entry.fact
    if isinstance(fact, StatusUpdatePosted | UpdateCorrected) and not is_recorded_late(after, entry):
        jobs = (_job(after, entry.n, recipient, run_at=entry.recorded_at) for recipient in fact.recipients)
        yield from (_after_update(job, fact) for job in jobs)
    elif isinstance(fact, Undone) and before is not None:
        yield from (
            _job(after, entry.n, recipient, run_at=entry.recorded_at) for recipient in _reached_by(before, fact)
        )
    elif isinstance(fact, UpdateDelivered) and fact.recipient is not None:
        yield from _of_delivery(after, entry, fact, fact.recipient)


def _reached_by(before: Incident, fact: Undone) -> tuple[str, ...]:
    """Return the recipients that have what is taken back."""
    undone = {one.audience for one in before.audiences if one.last_post in fact.entries}
    sent = (one for one in before.update_deliveries if one.audience in undone and one.is_delivered)
    return tuple(dict.fromkeys(one.recipient for one in sent if one.recipient))


def _of_delivery(after: Incident, entry: Entry, fact: UpdateDelivered, recipient: str) -> Iterator[Job]:
    """Repeat what failed for now. An update that was taken back while it was being sent is withdrawn."""
    if fact.retry_at is not None:
        yield _job(after, fact.update, recipient, fact.attempt + 1, run_at=fact.retry_at)
    elif fact.ref is not None and fact.update in after.undone:
        yield _job(after, fact.update, recipient, run_at=entry.recorded_at)


def _after_update(job: Job, fact: StatusUpdatePosted | UpdateCorrected) -> Job:
    """Return a job that waits until the update that it corrects was sent."""
    if isinstance(fact, StatusUpdatePosted):
        return job
    needed = key_of(JobKind.UPDATE_OUTSIDE, job.incident, fact.update, job.template, 1)
    return job.model_copy(update={"needs": needed})


def _job(after: Incident, n: int, recipient: str, attempt: int = 1, *, run_at: datetime) -> Job:
    """Return the job of one attempt; its template names the recipient."""
    return Job(
        kind=JobKind.UPDATE_OUTSIDE,
        key=key_of(JobKind.UPDATE_OUTSIDE, after.key, n, recipient, attempt),
        incident=after.key,
        entry=n,
        template=recipient,
        attempt=attempt,
        rank=URGENT,
        run_at=run_at,
    )
