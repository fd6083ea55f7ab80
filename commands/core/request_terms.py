"""The terms that a caller may set for a request: a key that makes it one, a key for what it declares, the state it knows; refusals of its own."""

from __future__ import annotations

from collections.abc import Sequence

from commands.core.request import Request
from commands.core.verb import Doubt, Verb
from incident.model.incident import Incident
from incident.ports import Outcome, UnitOfWork
from incident.refusal import Code, Refusal


def again(known: Outcome, request: Request, verb: str) -> Outcome:
    """Return a stored outcome, or the refusal of another request under its key, which is not recorded."""
    if known.digest == request.digest:
        return known.model_copy(update={"repeated": True})
    return Outcome(verb=verb, code=Code.KEY_REUSED, reason="key_reused", at=request.at)


def declared_before(unit: UnitOfWork, request: Request, verb: Verb) -> Outcome | None:
    """Return as outcome the open incident that was declared under the same key of the caller's own, if there is one."""
    if request.dedup_key is None or not verb.opens_incident:
        return None
    key = unit.declared_as(request.team, request.dedup_key)
    found = unit.peek(key) if key else None
    if found is None or found.is_over or not request.actor.may_see(found):
        return None
    return Outcome(verb=verb.name, key=found.key, number=found.number, at=request.at, repeated=True)


def refuse_changed(known: Incident | None, request: Request) -> None:
    """Refuse a request of a caller who knows another state of the incident than the present one."""
    if known is not None and request.expected not in (None, known.n):
        raise Refusal(Code.STALE, "changed_since", expected=str(request.expected), now=str(known.n))


def unconfirmed(doubts: Sequence[Doubt]) -> Refusal:
    """Return the question whether a doubtful request is meant."""
    facts = {name: value for doubt in doubts for name, value in doubt.facts.items()}
    return Refusal(Code.UNCONFIRMED, "unconfirmed", missing=tuple(doubt.reason for doubt in doubts), also=(), **facts)


def no_incident(request: Request) -> Refusal:
    """Return the refusal of a request without an incident: a wrong number, or a channel without one."""
    if request.place.number is not None:
        return Refusal(Code.NO_INCIDENT, "no_such_incident")
    return Refusal(Code.STATE, "no_incident")
