"""The calls of an incident: which is open, whom the next level is, and whether a call was taken over by another."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Literal

from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.rules.responders.attendance import can_be_asked
from incident.states import RESPONDING
from roles.escalation_policy import levels_left
from roles.person_ids import PersonId


def levels_to_call(incident: Incident, call: Escalation) -> tuple[PersonId, ...]:
    """Return whom to call after this call, in order: those who can be reached and were not called since its round began.

    Who calls is not called themselves, nor who is there already. No level follows a call for a decision: the people of an escalation policy help,
    and do not decide.
    """
    return () if call.how == "hierarchical" else _left_of_round(incident, call) or next_round(incident, call)


def next_round(incident: Incident, call: Escalation) -> tuple[PersonId, ...]:
    """Return whom the next round calls, in order; no one while this one goes on, or after the last.

    Who declined is not called again.
    """
    if not call.rounds or _left_of_round(incident, call):
        return ()
    declined = {one.person for one in same_need(incident, call) if one.person and one.answer == "declined"}
    people = (*call.levels, *((call.last,) if call.last and call.rounds == 1 else ()))
    left = levels_left(people, declined | _there(incident, call))
    return tuple(who for who in left if can_be_asked(incident, who))


def tried(incident: Incident, call: Escalation) -> tuple[tuple[PersonId, int], ...]:
    """Return who was called for the same need, and how often, in the order of their first call."""
    return tuple(Counter(one.person for one in same_need(incident, call) if one.person is not None).items())


def _left_of_round(incident: Incident, call: Escalation) -> tuple[PersonId, ...]:
    round_ = [one for one in same_need(incident, call) if one.rounds == call.rounds]
    others = [one for one in incident.escalations if one.n > round_[0].n and one.answer is not None]
    called = {one.person for one in (*round_, *others) if one.person is not None} | _there(incident, call)
    return tuple(who for who in levels_left(call.ladder, called) if can_be_asked(incident, who))


def _there(incident: Incident, call: Escalation) -> frozenset[PersonId]:
    """Return who is at the incident already: who made the call, who accepted any call, and who holds a role."""
    accepted = (one.holder for one in incident.escalations if one.answer == "accepted" and one.holder is not None)
    held = (one.who for one in incident.roles if one.until is None)
    return frozenset((caller_of(incident, call), *accepted, *held))


def joined_call(incident: Incident, call: Escalation, at: datetime) -> Escalation | None:
    """Return the open call to the next level of a call, which is not called a second time; None if they are not being called."""
    return next((open_call_to(incident, who, at) for who in levels_to_call(incident, call)[:1]), None)


def same_need(incident: Incident, call: Escalation) -> tuple[Escalation, ...]:
    """Return the calls for one need, oldest first: the first call and those that followed it automatically."""
    needs: dict[int, int] = {}
    for one in incident.escalations:
        needs[one.n] = needs.get(one.follows, one.follows) if one.follows is not None else one.n
    return tuple(one for one in incident.escalations if needs[one.n] == needs.get(call.n, call.n))


def caller_of(incident: Incident, call: Escalation) -> PersonId:
    """Return the person behind a call: who made the first one for the same need."""
    return next((one.by for one in same_need(incident, call)), call.by)


def taken_by(incident: Incident, call: Escalation) -> PersonId | None:
    """Return who accepted a call for the same need, or another one of its kind since then as one of those it calls; or None."""
    need = same_need(incident, call)
    joined = (one for one in incident.escalations if one.how == call.how and one.n > need[0].n)
    calls = (*need, *(one for one in joined if one.person in (need[0].person, *need[0].ladder)))
    return next((one.holder for one in calls if one.answer == "accepted"), None)


def is_waited_for(incident: Incident, call: Escalation) -> bool:
    """True if the person called is still to answer: in time, while it is responded to, and no one has accepted."""
    is_open = call.answer is None and call.answer_by is not None and incident.state in RESPONDING
    return is_open and taken_by(incident, call) is None


def offered_answers(incident: Incident, call: Escalation) -> tuple[Literal["accepted", "declined"], ...]:
    """Return the answers that a page still offers, wherever it is read: after its time is up the person may still accept."""
    if incident.is_over or taken_by(incident, call) is not None:
        return ()
    if call.answer == "lapsed":
        return ("accepted",)
    return ("accepted", "declined") if call.answer is None else ()


def can_be_answered(incident: Incident, call: Escalation) -> bool:
    """True if the person called may still accept: in time or late, while it is responded to, and no one has accepted."""
    is_open = call.answer in (None, "lapsed") and call.answer_by is not None and incident.state in RESPONDING
    return is_open and taken_by(incident, call) is None


def open_call_to(incident: Incident, person: PersonId, at: datetime) -> Escalation | None:
    """Return the call that a person is to answer and still can in time, or None. No one has two at a time."""
    calls = (one for one in incident.escalations if one.person == person)
    return next((one for one in calls if is_waited_for(incident, one) and one.answer_by and at <= one.answer_by), None)
