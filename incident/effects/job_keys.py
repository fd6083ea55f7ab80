"""Keys of an incident's jobs. A key is unique among jobs that are not done; enqueueing it again bumps its version."""

from __future__ import annotations

from incident.entry import IncidentKey
from incident.jobs import JobKind


def key_of(kind: JobKind, incident: IncidentKey, *parts: object) -> str:
    """Return the key of a job, `kind:team:incident:part…`: one per surface, or one per entry with its number as a part."""
    return ":".join([kind, incident.team, incident.id, *map(str, parts)])


def channel_key(incident: IncidentKey) -> str:
    """Return the key of the job that creates the channel, which every job in the channel needs."""
    return key_of(JobKind.MAKE_CHANNEL, incident)


def ordering_key_of(incident: IncidentKey) -> str:
    """Return the ordering key of the messages in the incident channel."""
    return f"lines:{incident.team}:{incident.id}"
