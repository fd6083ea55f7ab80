"""The rounds of an escalation policy: how often its levels are paged again, and who is paged when every round is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incident.entries.role_holders import Escalated
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.service_contacts import empty_levels, escalation_policy_of, on_call_for
from roles.escalation_policy import levels_left
from roles.person_ids import PersonId, person_named


def in_rounds(
    call: Escalated,
    incident: Incident,
    levels: Sequence[PersonId],
    policy: Policy,
    at: datetime,
    *,
    caller: PersonId,
) -> Escalated:
    """Return a call for help with the further rounds of its escalation policy, and who is paged after the last.

    That is the manager, or without one the service owner, unless they are the caller. A service without an escalation
    policy has neither.
    """
    found = escalation_policy_of(incident.service, policy)
    if found is None or call.how == "hierarchical":
        return call
    named = person_named(incident.key.team, policy.people.manager) or incident.service_owner
    last = None if named == caller else named
    rounds = found.rounds if levels else 0
    after = (*call.ladder, *((last,) if last and not rounds else ()))
    return call.model_copy(
        update={
            "ladder": levels_left(after, {call.person} if call.person else ()),
            "rounds": rounds,
            "levels": tuple(levels) if rounds else (),
            "last": last if rounds else None,
            "empty": empty_schedules(incident.service, policy, incident.key.team, at),
        }
    )


def empty_schedules(service: str, policy: Policy, team: str, at: datetime) -> tuple[str, ...]:
    """Return the schedules by which no one is on call at a moment: the service's own, and levels of its escalation policy."""
    own = policy.services[service].schedule if service in policy.services else None
    is_empty = own is not None and not on_call_for(service, policy, team, at)
    return tuple(dict.fromkeys((*((own,) if own and is_empty else ()), *empty_levels(service, policy, team, at))))
