"""The notices that the policy's rules demand: which are due now, when the next one is, and which no one confirmed in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.policy_rules.conditions import holds_from
from incident.deadlines.policy_rules.recipients import recipients
from incident.entries.delivery import NoticeMissed, Notified
from incident.model.incident import Incident
from incident.model.response.policy_notice import Notice
from incident.policy import Policy
from incident.policy_parts.rule_conditions import NotifyRule
from incident.rules.visibility import may_see
from roles.person_ids import person_named
from roles.role_names import Role

_JUST_AFTER: Final = timedelta(seconds=1)


def due_notices(incident: Incident, policy: Policy, at: datetime) -> tuple[Notified, ...]:
    """Return the notices of the rules that hold at a time (UTC) and have not notified that office before (S2-27).

    Each is due `within` minutes from now. An office that the policy does not fill is recorded with no one in it, and missed.
    """
    return tuple(
        Notified(
            rule=rule.label,
            office=office,
            **recipients(office, incident, policy, at)._asdict(),
            due_at=at + timedelta(minutes=rule.within),
            by=rule.by,
        )
        for rule, office, since in _waiting(incident, policy)
        if since <= at
    )


def missed_notices(incident: Incident, at: datetime) -> tuple[tuple[NoticeMissed, datetime], ...]:
    """Return the notices that no one confirmed until they were due, each with that time; those of an ended incident are past."""
    late = (one for one in _unconfirmed(incident) if one.due_at < at)
    return tuple((NoticeMissed(notified=one.n, office=one.office), one.due_at) for one in late)


def next_at(incident: Incident, policy: Policy, at: datetime) -> datetime | None:
    """Return when the next notice is due or is missed (UTC), never before `at`; None for never."""
    moments = [since for _, _, since in _waiting(incident, policy)]
    moments += [one.due_at + _JUST_AFTER for one in _unconfirmed(incident)]
    return max(min(moments), at) if moments else None


def unconfirmed(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt the commander, else the reporter, and the ISMS manager for a notice that no one confirmed in time (S2-28).

    The manager is asked only if they may see the incident. It ends once someone confirms it.
    """
    if incident.is_over:
        return ()
    manager = person_named(incident.key.team, policy.people.isms_manager)
    above = manager if manager is not None and may_see(incident, manager) else None
    whom = each_once(incident.holder(Role.COMMANDER) or incident.contact, above)
    return tuple(
        Deadline(key_of("notice", one.n), one.due_at, (PromptStep(one.due_at, "notice", whom),), about=str(one.n))
        for one in incident.notices
        if one.missed and one.seen_at is None
    )


def _waiting(incident: Incident, policy: Policy) -> Iterator[tuple[NotifyRule, str, datetime]]:
    """Yield each rule with each of its offices that it has not notified yet, and from when it holds."""
    known = {(one.rule, one.office) for one in incident.notices}
    for rule in policy.notify:
        offices = [office for office in dict.fromkeys(rule.tell) if (rule.label, office) not in known]
        since = holds_from(rule.when, incident, policy) if offices else None
        if since is not None:
            known |= {(rule.label, office) for office in offices}
            yield from ((rule, office, since) for office in offices)


def _unconfirmed(incident: Incident) -> tuple[Notice, ...]:
    if incident.is_over:
        return ()
    return tuple(one for one in incident.notices if one.seen_at is None and not one.missed)
