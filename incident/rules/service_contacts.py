"""Whom the policy names for a service: who is on call, and the levels of its escalation policy."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident.policy import EscalationPolicy, Policy
from roles import escalation_policy, on_call
from roles.person_ids import PersonId


def on_call_for(service: str, policy: Policy, team: str) -> tuple[PersonId, ...]:
    """Return who is on call for a service, in the order in which they are asked."""
    known = policy.services.get(service)
    return on_call.on_call(team, policy.rosters.get(known.roster or "", ()) if known else ())


def escalation_policy_of(service: str, policy: Policy) -> EscalationPolicy | None:
    """Return the escalation policy of a service, or None when it names none."""
    known = policy.services.get(service)
    return policy.ladders.get(known.ladder or "") if known else None


def levels_of(service: str, policy: Policy, team: str) -> tuple[PersonId, ...]:
    """Return whom an escalation of a service pages, in order; no one when it has no escalation policy."""
    found = escalation_policy_of(service, policy)
    return escalation_policy.levels(team, found.rungs if found else ())


def answer_by(at: datetime, service: str, policy: Policy) -> datetime:
    """Return when a page of this moment lapses without an answer (UTC)."""
    found = escalation_policy_of(service, policy) or EscalationPolicy()
    return at + timedelta(minutes=found.timeout_minutes)
