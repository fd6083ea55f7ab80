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

    One is due when the incident reaches a priority of `page_priorities`, unless someone was already called for help. First
    who is on call is paged, then the levels of the escalation policy, each with its time to answer. Who is on call and
    declared or raised it is awake; a drill, and what is over or recorded late, wakes no one.
    """
    entry = added[-1]
    if not _reaches_paging(before, after, policy) or entry.occurred_at < min(entry.recorded_at, after.last_entry_at):
        return None
    at = entry.recorded_at
    if _is_on_call(after, policy, entry.by, at):
        return None
    about = (after.service, policy, after.key.team, at)
    others = levels_left((*on_call_for(*about), *levels_of(*about)), {entry.by})
    present = [who for who in others if can_be_asked(after, who) and unavailability(person(who)) is None]
    if not present:
        return None
    call = automatic_call("functional", present, after, policy, at)
    return in_rounds(call, after, present, policy, at, caller=entry.by)


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
    return _reaches_paging(None, incident, policy) and not _is_on_call(incident, policy, actor, at)


def _is_on_call(incident: Incident, policy: Policy, person: PersonId, at: datetime) -> bool:
    about = (incident.service, policy, incident.key.team, at)
    return person in (on_call_for(*about) or levels_of(*about)[:1])


def _reaches_paging(before: Incident | None, after: Incident, policy: Policy) -> bool:
    pages = policy.page_priorities
    if after.priority not in pages or (before is not None and before.priority in pages):
        return False
    by_rule = {one.escalation for one in after.rule_calls}
    called = (call for call in after.escalations if call.n not in by_rule)
    is_called = any(call.how == "functional" and call.answer != "declined" for call in called)
    return not (is_called or after.drill or after.adopted is not None) and after.state in RESPONDING
