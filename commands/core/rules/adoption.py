"""Which channels may not become the record of one incident: those in which people talk or read about everything."""

from __future__ import annotations

from incident.policy import Policy

# What Muster answers for itself where it had to look at the channel first.
NOT_FOR_ONE_INCIDENT = "not_for_one_incident"


def refusal_to_adopt(policy: Policy, channel: str, name: str | None = None, *, is_general: bool = False) -> str | None:
    """Return why a channel may not be adopted, or None. The policy names channels by id or by name."""
    names = {channel, name} - {None}
    if is_general:
        return "backfill_general"
    if {(place or "").removeprefix("#") for place in (policy.incidents_channel, policy.digest.channel)} & names:
        return "backfill_announcements"
    audiences = {named.removeprefix("#") for named in policy.audiences.values() if named}
    return "backfill_audience" if audiences & names else None
