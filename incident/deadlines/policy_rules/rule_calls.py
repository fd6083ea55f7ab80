"""The calls that the policy's rules demand: which are due now, and when the next one is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from incident.deadlines.policy_rules.conditions import holds_from
from incident.deadlines.policy_rules.recipients import recipients
from incident.entries.role_holders import CallRuleMet, Escalated
from incident.model.incident import Incident
from incident.policy import Policy
from incident.policy_parts.rule_conditions import CallRule
from incident.ports import Person
from incident.rules.responders.attendance import can_be_asked, unavailability
from incident.rules.responders.first_call import automatic_call
from incident.rules.responders.open_calls import open_call_to
from roles.person_ids import PersonId


def due_call(
    incident: Incident, policy: Policy, at: datetime, person: Callable[[PersonId], Person | None]
) -> tuple[CallRuleMet, Escalated | None] | None:
    """Return the first rule that holds at a time (UTC) and has not called before, with the call; None when there is none.

    The call names the rule. Called is the first of its office who can be reached, then the others; who is being called already is not called twice.
    """
    found = next(((rule, since) for rule, since in _waiting(incident, policy) if since <= at), None)
    if found is None:
        return None
    rule = found[0]
    met = CallRuleMet(rule=rule.label, office=rule.call, how=rule.how)
    people = recipients(rule.call, incident, policy, at).people
    present = [who for who in people if can_be_asked(incident, who) and unavailability(person(who)) is None]
    if not present or any(open_call_to(incident, who, at) is not None for who in present):
        return met, None
    call = automatic_call(rule.how, present, incident, policy, at)
    return met, call.model_copy(update={"reason": rule.label})


def next_at(incident: Incident, policy: Policy, at: datetime) -> datetime | None:
    """Return when a rule next calls (UTC), never before `at`; None for never."""
    moments = [since for _, since in _waiting(incident, policy)]
    return max(min(moments), at) if moments else None


def _waiting(incident: Incident, policy: Policy) -> Iterator[tuple[CallRule, datetime]]:
    """Yield the rules that have not called yet and whose condition holds or will, each with that time."""
    met = {(one.rule, one.office) for one in incident.rule_calls}
    for rule in policy.call_rules:
        since = None if (rule.label, rule.call) in met else holds_from(rule.when, incident, policy)
        if since is not None:
            yield rule, since
