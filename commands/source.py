"""Which message an act is about. Knows the record's messages only: Muster's own posts are none of them."""

from __future__ import annotations

from commands.verb import Situation
from incident.messages import is_message


def source_message(now: Situation) -> tuple[str, str] | tuple[None, None]:
    """Give channel and ts of the message somebody acted on, or nothing when the record holds no such message."""
    place = now.place
    if place.channel is None or place.message is None:
        return None, None
    known = is_message(now.reader.message(now.open.key, place.channel, place.message))
    return (place.channel, place.message) if known else (None, None)
