"""How jobs of an incident are named. A key is unique among jobs not done, so wanting one again brings it up to date."""

from __future__ import annotations

from incident.entry import IncidentKey
from incident.jobs import JobKind


def key_of(kind: JobKind, incident: IncidentKey, *parts: object) -> str:
    """Name a job of an incident: one per surface, or one per entry where the entry's number is a part."""
    return ":".join([kind, incident.team, incident.id, *map(str, parts)])


def channel_key(incident: IncidentKey) -> str:
    """Name the job that makes the channel, which everything in the channel needs."""
    return key_of(JobKind.MAKE_CHANNEL, incident)


def ordering_key_of(incident: IncidentKey) -> str:
    """Return the ordering key of the messages in the incident channel."""
    return f"lines:{incident.team}:{incident.id}"
