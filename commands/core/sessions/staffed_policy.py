"""The policy with who is on call as people changed it: the one place where overrides and feeds join the schedules."""

from __future__ import annotations

from incident.entry import workspace_chain
from incident.policy import Policy
from incident.ports import Reader
from organisation.fold.organisation_fold import ORGANISATION


def staffed(policy: Policy, reader: Reader, team: str) -> Policy:
    """Return a policy with the overrides that people recorded by now and the copies of feeds; itself if it has them or names no schedule."""
    if policy.has_overrides or not policy.schedules:
        return policy
    found = reader.peek_aggregate(ORGANISATION, workspace_chain(team))
    feeds = reader.feed_copies(team) if any(one.has_feed for one in policy.schedules.values()) else ()
    return policy.with_overrides(found.overrides if found else (), feeds)
