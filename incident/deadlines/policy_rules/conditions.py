"""Since when the condition of a rule holds for an incident as it is now. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident.deadlines.resumption import latest
from incident.model.incident import Incident
from incident.policy import Policy
from incident.policy_parts.rule_conditions import Condition
from incident.rules.impact_time import impact
from incident.states import RESPONDING, State


def holds_from(when: Condition, incident: Incident, policy: Policy) -> datetime | None:
    """Return from when a condition holds (UTC), which may lie ahead; None if it does not hold as the incident is now.

    Rules are about incidents that people respond to now: none holds for a drill, or for one that is resolved, over, or was
    so before it was put on record.
    """
    logged_at = incident.times.logged_at
    if incident.state not in RESPONDING or not incident.is_live or incident.drill or logged_at is None:
        return None
    if not _is_met(when, incident, policy):
        return None
    since = latest(incident, logged_at)
    moments = [since]
    if when.unrestored_minutes is not None:
        moments.append(impact(incident).since + timedelta(minutes=when.unrestored_minutes))
    if when.without_role is not None:
        left = [held.until for held in incident.roles if held.role is when.without_role and held.until is not None]
        declared = [incident.times.major_declared_at] if when.major and incident.times.major_declared_at else []
        moments.append(max(since, *left, *declared) + timedelta(minutes=when.for_minutes or 0))
    return max(moments)


def _is_met(when: Condition, incident: Incident, policy: Policy) -> bool:
    """True if what needs no time is so."""
    known = policy.services.get(incident.service)
    return all(
        (
            not when.priority or incident.priority in when.priority,
            not when.type or incident.type in when.type,
            not when.service or incident.service in when.service,
            not when.tier or (known is not None and known.tier in when.tier),
            when.major in (None, incident.major),
            when.customer_facing in (None, incident.customer_facing),
            when.unrestored_minutes is None or (incident.state is not State.RESTORED and bool(incident.episodes)),
            when.without_role is None or not incident.holders(when.without_role),
        )
    )
