"""When a digest is due, and its job: once per day or week among all replicas, whichever enqueues it first."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.scheduler import enqueue_all_once, enqueue_once
from incident.effects.subscriber_notices import notices_to
from incident.entry import workspace_chain
from incident.jobs import LATER, Job, JobKind
from incident.policy import Policy
from incident.ports import Recorder
from roles.person_ids import PersonId

# A digest that could not be enqueued for so long is left out; the next one comes soon enough.
_LATEST: Final = timedelta(hours=6)


def last_due(policy: Policy, now: datetime) -> tuple[datetime, datetime]:
    """Return when the last digest was due and the one before it (UTC), at the time of day in the policy's time zone.

    A weekly digest is due on Mondays.
    """
    zone = ZoneInfo(policy.time_zone)
    today = now.astimezone(zone).date()
    at = time.fromisoformat(policy.digest.at)
    days = 7 if policy.digest.every == "week" else 1
    day = today - timedelta(days=today.weekday() if days == 7 else 0)
    if datetime.combine(day, at, zone) > now:
        day -= timedelta(days=days)
    due, before = (datetime.combine(one, at, zone).astimezone(UTC) for one in (day, day - timedelta(days=days)))
    return due, before


def enqueue_digest(recorder: Recorder, team: str, policy: Policy, now: datetime) -> None:
    """Enqueue the digest that is due, if the policy names a channel for it, and that of each person who chose it by then."""
    due, before = last_due(policy, now)
    if now - due > _LATEST:
        return
    key = f"{JobKind.DIGEST}:{due.isoformat()}"
    job = Job(kind=JobKind.DIGEST, key=key, incident=workspace_chain(team), rank=LATER, since=before, until=due)
    if policy.digest.channel:
        enqueue_once(recorder, job, now)
    chosen = recorder.read(lambda reader: reader.subscriptions(team))
    people = [one.person for one in chosen if one.digest and one.since <= due]
    if people:
        enqueue_all_once(recorder, f"{key}:people", [_to(person, job) for person in people], now)


def _to(person: PersonId, job: Job) -> Job:
    own = {"key": f"{job.key}:{person}", "person": person, "ordering_key": notices_to(job.incident.team, person)}
    return job.model_copy(update=own)
