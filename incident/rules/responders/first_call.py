"""The call that nobody has to make: who is on call is paged when an incident is declared at, or raised to, such a priority."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from incident.entries.role_holders import Escalated
from incident.entry import Entry
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Person
from incident.rules.business_days import in_working_hours
from incident.rules.responders.attendance import can_be_asked, unavailability
from incident.rules.responders.escalation_rounds import in_rounds
from incident.rules.service_contacts import answer_by, levels_of, on_call_for
from incident.states import RESPONDING
from roles.escalation_policy import levels_left
from roles.person_ids import PersonId


def first_call(
    before: Incident | None,
    after: Incident,
    added: Sequence[Entry],
    policy: Policy,
    person: Callable[[PersonId], Person | None],
) -> Escalated | None:
    """Return the page of who is on call for the service, or None when none is due (S1-45).

    One is due when the incident reaches a priority that pages at that hour, unless someone was already called for help. First
    who is on call is paged, then the levels of the escalation policy, each with its time to answer. Who is on call and
    declared or raised it is awake; a drill, and what is over or recorded late, wakes no one.
    """
    entry = added[-1]
    at = entry.recorded_at
    if not _reaches_paging(before, after, policy, at) or entry.occurred_at < min(at, after.last_entry_at):
        return None
    return _call(after, policy, entry.by, at, person)


def opening_call(
    incident: Incident, policy: Policy, at: datetime, person: Callable[[PersonId], Person | None]
) -> Escalated | None:
    """Return the page that waited for business hours and is due at a time (UTC), or None when none is."""
    due_at = opening_call_at(incident, policy)
    return _call(incident, policy, incident.contact, at, person) if due_at is not None and due_at <= at else None


def opening_call_at(incident: Incident, policy: Policy) -> datetime | None:
    """Return when business hours start that a page waits for (UTC); None if none waits.

    One waits for an incident of a priority that pages in business hours only and was given outside them, until someone
    acknowledges the incident or is called for help.
    """
    is_seen = incident.times.acknowledged_at is not None or not incident.is_live
    if is_seen or not policy.page_priorities.waits(incident.priority) or not _may_page(incident):
        return None
    given_at, hours = incident.priorities[-1].at, policy.work_hours
    opens_at = in_working_hours(given_at, hours)
    is_awake = _is_on_call(incident, policy, incident.contact, opens_at)
    return None if is_awake or hours.is_open(given_at) else opens_at


def _call(
    incident: Incident,
    policy: Policy,
    caller: PersonId,
    at: datetime,
    person: Callable[[PersonId], Person | None],
) -> Escalated | None:
    """Return the call of who is on call and can be reached, then of the levels; None where the caller is on call."""
    if _is_on_call(incident, policy, caller, at):
        return None
    about = (incident.service, policy, incident.key.team, at)
    others = levels_left((*on_call_for(*about), *levels_of(*about)), {caller})
    present = [who for who in others if can_be_asked(incident, who) and unavailability(person(who)) is None]
    if not present:
        return None
    call = automatic_call("functional", present, incident, policy, at)
    return in_rounds(call, incident, present, policy, at, caller=caller)


def automatic_call(
    how: Literal["functional", "hierarchical"],
    present: Sequence[PersonId],
    incident: Incident,
    policy: Policy,
    at: datetime,
) -> Escalated:
    """Return the call that Muster makes by itself: of the first of these people, then of the others."""
    return Escalated(
        how=how,
        to=present[0],
        person=present[0],
        reason="",
        answer_by=answer_by(at, incident.service, policy),
        ladder=tuple(present[1:]),
        automatic=True,
    )


def pages_no_one(incident: Incident, policy: Policy, actor: PersonId, at: datetime) -> bool:
    """True if the incident just declared should page and cannot, since no one is on call for it who can be reached."""
    return _reaches_paging(None, incident, policy, at) and not _is_on_call(incident, policy, actor, at)


def _is_on_call(incident: Incident, policy: Policy, person: PersonId, at: datetime) -> bool:
    about = (incident.service, policy, incident.key.team, at)
    return person in (on_call_for(*about) or levels_of(*about)[:1])


def _reaches_paging(before: Incident | None, after: Incident, policy: Policy, at: datetime) -> bool:
    return _pages(after, policy, at) and not _had_reached_paging(before, policy) and _may_page(after)


def _had_reached_paging(before: Incident | None, policy: Policy) -> bool:
    """True if the priority of before was one that paged at the time when it was given."""
    return before is not None and bool(before.priorities) and _pages(before, policy, before.priorities[-1].at)


def _pages(incident: Incident, policy: Policy, at: datetime) -> bool:
    return incident.priority in policy.page_priorities.at(at, policy.work_hours)


def _may_page(incident: Incident) -> bool:
    """True if people respond to the incident, it is no drill, and no one was called for help but by a rule."""
    by_rule = {one.escalation for one in incident.rule_calls}
    called = (call for call in incident.escalations if call.n not in by_rule)
    is_called = any(call.how == "functional" and call.answer != "declined" for call in called)
    return not (is_called or incident.drill or incident.adopted is not None) and incident.state in RESPONDING
