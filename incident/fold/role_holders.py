"""How facts about people change the incident: role intervals, offers, escalations, absences, gaps without a commander."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incident.entries.role_holders import (
    CallRuleMet,
    Escalated,
    EscalationAnswered,
    EscalationLapsed,
    HandoverAccepted,
    HandoverOffered,
    OwnerLeft,
    OwnerSet,
    PersonAvailable,
    PersonUnavailable,
    RoleAssumed,
    RoleReleased,
    RoleTaken,
)
from incident.entry import Entry
from incident.fold.change import Change, effective_at
from incident.model.absence import Absence, CommanderGap
from incident.model.components import Escalation, Interval, Offer, ReopenItem, StateItem
from incident.model.incident import Incident
from incident.model.response.policy_notice import RuleCall
from incident.states import VOID, State
from roles.accounts import Unavailability
from roles.person_ids import PersonId
from roles.role_intervals import Window, earliest_start, gaps
from roles.role_names import SINGLE, Role

_ENDS = VOID | {State.RESOLVED, State.DRILL_ENDED}


def commander_gaps(
    roles: Sequence[Interval], states: Sequence[StateItem], reopens: Sequence[ReopenItem]
) -> tuple[CommanderGap, ...]:
    """Return the times without a commander: from the first commander to resolution, and from each reopening to the next."""
    held = [i for i in roles if i.role == Role.COMMANDER]
    ends: list[datetime | None] = [s.effective_at or s.at for s in states if s.new in _ENDS]
    first = [min(i.since for i in held)] if held else []
    starts = [*first, *(r.at for r in reopens)]
    skipped = 0 if held else 1
    open_ended = [*ends, None][skipped : skipped + len(starts)]
    windows = [Window(since, until) for since, until in zip(starts, open_ended, strict=True)]
    return tuple(CommanderGap(since=w.since, until=w.until) for w in gaps(held, windows))


def ended(roles: tuple[Interval, ...], at: datetime) -> tuple[Interval, ...]:
    """End every open interval at `at`; none ends before its start."""
    return tuple(_ended(i, at) if i.until is None else i for i in roles)


def _ended(interval: Interval, at: datetime) -> Interval:
    return interval.model_copy(update={"until": max(at, interval.since)})


def _given_up(roles: tuple[Interval, ...], role: Role, who: PersonId, at: datetime) -> tuple[Interval, ...]:
    return tuple(_ended(i, at) if (i.role, i.who, i.until) == (role, who, None) else i for i in roles)


def _got(roles: tuple[Interval, ...], role: Role, who: PersonId, at: datetime) -> tuple[Interval, ...]:
    if any((i.role, i.who, i.until) == (role, who, None) for i in roles):
        return roles
    rivals = [i for i in roles if i.role == role and (role in SINGLE or i.who == who)]
    return (*roles, Interval(role=role, who=who, since=earliest_start(rivals, at)))


def _roles(incident: Incident, roles: tuple[Interval, ...]) -> Change:
    return {"roles": roles, "commander_gaps": commander_gaps(roles, incident.states, incident.reopens)}


def _without_offer(incident: Incident, role: Role, from_who: PersonId | None = None) -> tuple[Offer, ...]:
    return tuple(o for o in incident.offers if o.role != role or (from_who is not None and o.from_who != from_who))


def role_taken(incident: Incident, entry: Entry, fact: RoleTaken) -> Change:
    """Start an interval; the first commander also acknowledges the incident."""
    change = _roles(incident, _got(incident.roles, fact.role, fact.who, entry.occurred_at))
    if fact.role == Role.COMMANDER and incident.times.acknowledged_at is None:
        change["times"] = incident.times.model_copy(update={"acknowledged_at": entry.occurred_at})
    return change


def role_assumed(incident: Incident, entry: Entry, fact: RoleAssumed) -> Change:
    """End the idle holder's interval and withdraw their offer."""
    roles = _given_up(incident.roles, fact.role, fact.from_who, entry.occurred_at)
    return _roles(incident, roles) | {"offers": _without_offer(incident, fact.role)}


def role_released(incident: Incident, entry: Entry, fact: RoleReleased) -> Change:
    """End the interval and withdraw the holder's offer."""
    roles = _given_up(incident.roles, fact.role, fact.who, entry.occurred_at)
    return _roles(incident, roles) | {"offers": _without_offer(incident, fact.role, fact.who)}


def handover_offered(incident: Incident, entry: Entry, fact: HandoverOffered) -> Change:
    """Set the offer, in place of an earlier one for the role; the role changes when it is accepted."""
    offer = Offer(n=entry.n, role=fact.role, from_who=fact.from_who, to=fact.to, at=entry.occurred_at)
    return {"offers": (*_without_offer(incident, fact.role), offer)}


def handover_accepted(incident: Incident, entry: Entry, fact: HandoverAccepted) -> Change:
    """Pass the role on at the time of acceptance."""
    left = _given_up(incident.roles, fact.role, fact.from_who, entry.occurred_at)
    roles = _got(left, fact.role, fact.to, entry.occurred_at)
    return _roles(incident, roles) | {"offers": _without_offer(incident, fact.role)}


def escalated(incident: Incident, entry: Entry, fact: Escalated) -> Change:
    """Add the escalation, and mark the one that it follows."""
    item = Escalation(
        n=entry.n,
        at=entry.recorded_at,
        how=fact.how,
        to=fact.to,
        person=fact.person,
        by=entry.by,
        reason=fact.reason,
        answer_by=fact.answer_by,
        ladder=fact.ladder,
        automatic=fact.automatic,
        follows=fact.follows,
        effective_at=effective_at(entry),
        rounds=fact.rounds,
        levels=fact.levels,
        last=fact.last,
    )
    earlier = tuple(e.model_copy(update={"followed": True}) if e.n == fact.follows else e for e in incident.escalations)
    return {"escalations": (*earlier, item)}


def escalation_answered(incident: Incident, entry: Entry, fact: EscalationAnswered) -> Change:
    """Set the answer of the person paged, the medium that they answered by, and who else gave it there."""
    given = fact.model_dump(include={"answer", "medium", "taker", "taker_name"})
    return _answered(incident, fact.escalation, entry.occurred_at, given)


def escalation_lapsed(incident: Incident, entry: Entry, fact: EscalationLapsed) -> Change:
    """Mark the page as not answered in time."""
    return _answered(incident, fact.escalation, entry.occurred_at, {"answer": "lapsed", "medium": None})


def person_unavailable(incident: Incident, entry: Entry, fact: PersonUnavailable) -> Change:
    """End the person's roles, withdraw the offers from and to them, and add when they became unavailable."""
    others = tuple(absence for absence in incident.absences if absence.who != fact.who)
    absence = Absence(who=fact.who, at=entry.recorded_at, why=fact.why)
    roles = tuple(_ended(i, entry.occurred_at) if i.who == fact.who and i.until is None else i for i in incident.roles)
    offers = tuple(offer for offer in incident.offers if fact.who not in (offer.from_who, offer.to))
    return _roles(incident, roles) | {"offers": offers, "absences": (*others, absence)}


def person_available(incident: Incident, entry: Entry, fact: PersonAvailable) -> Change:
    """Remove the person's absence."""
    return {"absences": tuple(absence for absence in incident.absences if absence.who != fact.who)}


def call_rule_met(incident: Incident, entry: Entry, fact: CallRuleMet) -> Change:
    """Add that the rule called its office."""
    call = RuleCall(rule=fact.rule, office=fact.office, escalation=fact.escalation)
    return {"rule_calls": (*incident.rule_calls, call)}


def owner_left(incident: Incident, entry: Entry, fact: OwnerLeft) -> Change:
    """Leave the service without an owner."""
    return {
        "service_owner": None,
        "owner_left": Absence(who=fact.who, at=entry.recorded_at, why=Unavailability.DEACTIVATED),
    }


def owner_set(incident: Incident, entry: Entry, fact: OwnerSet) -> Change:
    """Set the owner of the service."""
    return {"service_owner": fact.who, "owner_left": None}


def _answered(incident: Incident, n: int, at: datetime, given: Change) -> Change:
    update = {**given, "answered_at": at}
    return {"escalations": tuple(e.model_copy(update=update) if e.n == n else e for e in incident.escalations)}
