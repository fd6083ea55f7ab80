"""Keys of an incident's jobs. A key is unique among jobs that are not done; enqueueing it again bumps its version."""

from __future__ import annotations

from datetime import datetime

from incident.entry import IncidentKey
from incident.jobs import LATER, Job, JobKind


def key_of(kind: JobKind, incident: IncidentKey, *parts: object) -> str:
    """Return the key of a job, `kind:team:incident:part…`: one per surface, or one per entry with its number as a part."""
    return ":".join([kind, incident.team, incident.id, *map(str, parts)])


def channel_key(incident: IncidentKey) -> str:
    """Return the key of the job that creates the channel, which every job in the channel needs."""
    return key_of(JobKind.MAKE_CHANNEL, incident)


def timer_job(incident: IncidentKey, run_at: datetime) -> Job:
    """Return the job that checks an incident at the time of its next deadline: one per incident."""
    key = key_of(JobKind.TIMER, incident)
    return Job(kind=JobKind.TIMER, key=key, incident=incident, rank=LATER, run_at=run_at)


def ordering_key_of(incident: IncidentKey) -> str:
    """Return the ordering key of the messages in the incident channel."""
    return f"lines:{incident.team}:{incident.id}"
