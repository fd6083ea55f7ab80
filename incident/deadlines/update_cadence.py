"""How often an audience is owed a status update, and when that starts.

Knows the numbers of the policy and no entries.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import Audience, State

# The states in which updates may start to be owed.
STARTING: Final = frozenset({State.TRIAGED, State.ACTIVE, State.MITIGATED, State.RESTORED})
# The states in which the service is watched and updates come more slowly.
WATCHING: Final = frozenset({State.MITIGATED, State.RESTORED})
# The states in which an update may be a final one.
FINAL: Final = frozenset({State.RESTORED, State.RESOLVED, State.CLOSED})
_MAJOR_ONLY: Final = frozenset({Audience.EXEC, Audience.CUSTOMER})


def interval(incident: Incident, audience: Audience, policy: Policy) -> timedelta | None:
    """Return the time between two updates now, or None when the priority owes the audience none.

    While the service is watched (mitigated, restored) it is longer by `monitoring_factor`.
    """
    cadence = policy.cadence(incident.priority, audience)
    if cadence is None:
        return None
    factor = policy.update_rules.monitoring_factor if incident.state in WATCHING else 1
    return timedelta(minutes=cadence.every * factor)


def first_due(incident: Incident, audience: Audience, policy: Policy, at: datetime) -> datetime | None:
    """Return when the first update would be due if the audience's updates started at `at`; None when they cannot start."""
    cadence = policy.cadence(incident.priority, audience)
    if cadence is None or not may_start(incident, audience):
        return None
    return at + timedelta(minutes=cadence.first)


def may_start(incident: Incident, audience: Audience) -> bool:
    """True if updates to an audience may start to be owed, whatever the cadence.

    Only while responding now to a triaged incident, not on hold and not after a final update; executives and customers only of
    a major incident; customers only of a customer-facing service, and of no drill.
    """
    now = incident.audience(audience)
    if incident.state not in STARTING or not incident.is_live or now.open or now.held or now.final_at:
        return False
    if audience in _MAJOR_ONLY and not incident.major:
        return False
    return audience != Audience.CUSTOMER or (incident.customer_facing and not incident.drill)


def missed_after(due_at: datetime, policy: Policy) -> datetime:
    """Return the last time (UTC) at which an update due at `due_at` meets its slot: `grace_minutes` later."""
    return due_at + timedelta(minutes=policy.update_rules.grace_minutes)
