"""The scope of capture before a declaration: the channel in which the incident was declared, and for how many minutes.

Knows the policy's minutes and which channels are an incident's. Whether Muster may read the channel is for the job that
captures it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from commands.core.verb import DecisionContext
from incident.entries.lifecycle import Declared
from incident.entry import IncidentKey
from incident.ports import Reader

_DIRECT: Final = "D"


def capturing(fact: Declared, now: DecisionContext) -> Declared:
    """Return the declaration with the channel to capture and the time since when; direct messages and incidents have none."""
    channel, minutes = now.place.channel, now.policy.capture_before_minutes
    if not minutes or channel is None or is_direct(channel):
        return fact
    if now.reader.find(now.team, channel=channel) is not None:
        return fact
    since = now.happened_at - timedelta(minutes=minutes)
    return fact.model_copy(update={"captures_from": channel, "captures_since": since})


def is_direct(channel: str) -> bool:
    """True for a channel of direct messages."""
    return channel.startswith(_DIRECT)


def incident_at(reader: Reader, team: str, channel: str, message: str | None) -> IncidentKey | None:
    """Return the incident of a channel, or else the newest that holds this message from before its declaration."""
    key = reader.find(team, channel=channel)
    if key is not None or message is None:
        return key
    return next(reversed(following(reader, team, channel, message)), None)


def following(reader: Reader, team: str, channel: str, message: str) -> Sequence[IncidentKey]:
    """Return the incidents that hold a message from before them, oldest first; not those that gave its channel back."""
    held = [(key, reader.peek(key)) for key in reader.holders(team, channel, message)]
    return [key for key, one in held if one is not None and (one.places.channel != channel or one.own_channel)]
