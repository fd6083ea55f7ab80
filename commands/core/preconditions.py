"""Refusals that several verbs share: the incident is over, nobody gave the authority, the text says too little.

Each gives nothing or raises; the order in which a verb asks them is the order of the codes.
"""

from __future__ import annotations

from collections.abc import Collection

from commands.core.verb import DecisionContext
from incident.entry import Fact
from incident.model.state_transitions import refusal_to
from incident.refusal import Code, Refusal
from roles.authority import may
from roles.person_ids import MUSTER, PersonId
from roles.role_intervals import roles_of


def refuse_by_state(now: DecisionContext, intent: str) -> None:
    """Refuse what the lifecycle forbids in the state the incident is in."""
    reason = refusal_to(intent, now.open)
    if reason is not None:
        raise Refusal(Code.STATE, reason, state=now.open.state, number=now.open.number)


def has_authority(now: DecisionContext, allowed: Collection[str]) -> bool:
    """Tell whether the actor is in one of the groups named, or holds one of the roles named."""
    return may(allowed, groups=now.actor.groups, holds=roles_of(now.open.roles, now.actor.id))


def refuse_without(now: DecisionContext, reason: str, allowed: Collection[str], *fields: str, **facts: str) -> None:
    """Refuse an act that needs the authority of a group or a role which the actor does not have."""
    if not has_authority(now, allowed):
        raise not_authorised(reason, allowed, *fields, also=(), **facts)


def not_authorised(
    reason: str, allowed: Collection[str], *fields: str, also: tuple[Fact, ...] = (), **facts: str
) -> Refusal:
    """Give the refusal for want of authority; the sentence may name as `who` the groups and roles that have it."""
    return Refusal(Code.NOT_AUTHORISED, reason, *fields, missing=(), also=also, **{"who": ", ".join(allowed), **facts})


def refuse_short(text: str | None, at_least: int, reason: str, field: str) -> None:
    """Refuse a justification of fewer characters than the rule asks for."""
    if len((text or "").strip()) < at_least:
        raise Refusal(Code.JUSTIFICATION, reason, field, least=str(at_least))


def refuse_unless_person(now: DecisionContext, who: PersonId, field: str) -> None:
    """Refuse a bot, a guest or somebody deactivated; who is not in the directory is left to the edge."""
    known = now.reader.person(who)
    if who == MUSTER or (known is not None and known.is_bot):
        raise Refusal(Code.NOT_A_RESPONDER, "assignee_bot", field)
    if known is not None and not known.is_active:
        raise Refusal(Code.NOT_A_RESPONDER, "assignee_gone", field, who=who)
    if known is not None and known.is_guest:
        raise Refusal(Code.NOT_A_RESPONDER, "assignee_guest", field, who=who)
