"""Which incidents are small: one form takes them to closed. Knows no verb."""

from __future__ import annotations

from incident.model.incident import Incident
from incident.policy import Policy


def is_small(incident: Incident, policy: Policy) -> bool:
    """True for an open incident, not major, of a priority that the policy names."""
    return not incident.is_over and not incident.major and incident.priority in policy.finish_priorities
