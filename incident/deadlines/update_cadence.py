"""How often an audience is owed an update and when that may begin. Knows the policy's numbers and no entries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import Audience, State

# The states in which updates may begin to be owed.
STARTING: Final = frozenset({State.TRIAGED, State.ACTIVE, State.MITIGATED, State.RESTORED})
# The states in which the service is watched and updates come more slowly.
WATCHING: Final = frozenset({State.MITIGATED, State.RESTORED})
# The states in which an update may be a final one.
FINAL: Final = frozenset({State.RESTORED, State.RESOLVED, State.CLOSED})
_MAJOR_ONLY: Final = frozenset({Audience.EXEC, Audience.CUSTOMER})


def interval(incident: Incident, audience: Audience, policy: Policy) -> timedelta | None:
    """Give the time between two updates now, or None when the present priority owes this audience none."""
    cadence = policy.cadence(incident.priority, audience)
    if cadence is None:
        return None
    factor = policy.update_rules.monitoring_factor if incident.state in WATCHING else 1
    return timedelta(minutes=cadence.every * factor)


def first_due(incident: Incident, audience: Audience, policy: Policy, at: datetime) -> datetime | None:
    """Give when the first update would be due if the audience started now, or None when it cannot start."""
    cadence = policy.cadence(incident.priority, audience)
    if cadence is None or not may_start(incident, audience):
        return None
    return at + timedelta(minutes=cadence.first)


def may_start(incident: Incident, audience: Audience) -> bool:
    """Tell whether updates to this audience may begin to be owed, whatever the cadence."""
    now = incident.audience(audience)
    if incident.state not in STARTING or now.open or now.held or now.final_at:
        return False
    if audience in _MAJOR_ONLY and not incident.major:
        return False
    return audience != Audience.CUSTOMER or (incident.customer_facing and not incident.drill)


def missed_after(due_at: datetime, policy: Policy) -> datetime:
    """Give the last moment at which an update due then still meets its slot."""
    return due_at + timedelta(minutes=policy.update_rules.grace_minutes)
