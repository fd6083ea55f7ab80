"""Whom a call without a name pages: the next level that can be reached, for help or for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from commands.core.verb import DatedFact, DecisionContext
from incident.refusal import Code, Refusal
from incident.rules.responders.attendance import can_be_asked, unavailability, unavailable
from incident.rules.responders.open_calls import open_call_to
from incident.rules.service_contacts import levels_of
from roles.escalation_policy import levels_left
from roles.person_ids import MUSTER, PersonId

_NONE_NAMED: Final = {"functional": "escalate_nobody", "hierarchical": "escalate_decider"}


def levels_for(how: str, now: DecisionContext) -> tuple[PersonId, ...]:
    """Return the people of the service's escalation policy for help, and the service owner for a decision."""
    if how == "functional":
        return levels_of(now.open.service, now.policy, now.team, now.at)
    return (now.open.service_owner,) if now.open.service_owner else ()


def levels_before(levels: Sequence[PersonId], person: PersonId) -> tuple[PersonId, ...]:
    """Return the levels above a person's own; none for a person who is on none."""
    return tuple(levels[: levels.index(person)]) if person in levels else ()


def next_level(how: str, now: DecisionContext) -> PersonId:
    """Return the next level that can be reached; those who were not called yet come first. Refuses if none is left."""
    others = levels_left(levels_for(how, now), {now.actor.id})
    present = [who for who in others if is_present(now, who)]
    called = {call.person for call in now.open.escalations if call.person is not None}
    chosen = levels_left(present, called) or tuple(present)
    if not chosen:
        reason = "escalate_unreachable" if others else _NONE_NAMED[how]
        raise Refusal(Code.MISSING_FIELDS, reason, "who", service=now.open.service)
    return next((who for who in chosen if open_call_to(now.open, who, now.at) is None), chosen[0])


def newly_gone(now: DecisionContext, people: Sequence[PersonId]) -> tuple[DatedFact, ...]:
    """Return the facts that people cannot be reached, where the record does not say so yet."""
    why = {who: unavailability(now.reader.person(who)) for who in people if can_be_asked(now.open, who)}
    return tuple(DatedFact(unavailable(now.open, who, one), by=MUSTER) for who, one in why.items() if one is not None)


def is_present(now: DecisionContext, who: PersonId) -> bool:
    """True if a person can be asked, by the record and by the directory."""
    return can_be_asked(now.open, who) and unavailability(now.reader.person(who)) is None
