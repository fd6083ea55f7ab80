"""Preconditions that several verbs share: the state of the incident, the actor's authority, the length of a text.

Each returns nothing or raises Refusal. A verb checks them in the order of the codes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from commands.core.request import Actor
from commands.core.verb import DecisionContext, Verb
from incident.deadlines.response_deadlines import names_who_may_redact
from incident.entry import Fact
from incident.model.incident import Incident
from incident.model.state_transitions import refusal_to
from incident.refusal import Code, Refusal
from incident.rules.seen_length import seen_length
from roles.accounts import refusal_to_act
from roles.authority import may
from roles.escalation_policy import levels, levels_left
from roles.person_ids import MUSTER, PersonId, is_external
from roles.role_intervals import roles_of
from roles.role_names import SINGLE, Role

_MOST_NAMED: Final = 3


def refusal_of_account(actor: Actor, verb: type[Verb]) -> str | None:
    """Return why the kind of the actor's account may not run a verb, or None."""
    return refusal_to_act(actor.account) or ("guest" if actor.is_guest and not verb.for_guests else None)


def refuse_account(actor: Actor, verb: type[Verb]) -> None:
    """Refuse an account that may not act, and a guest a verb that is not for guests."""
    reason = refusal_of_account(actor, verb)
    if reason is not None:
        raise Refusal(Code.NOT_AUTHORISED, reason)


def refuse_by_state(now: DecisionContext, intent: str) -> None:
    """Refuse an intent that the lifecycle forbids in the incident's state."""
    reason = refusal_to(intent, now.open)
    if reason is not None:
        raise Refusal(Code.STATE, reason, state=now.open.state, number=now.open.number)


def has_authority(now: DecisionContext, allowed: Collection[str]) -> bool:
    """True if the actor belongs to one of these groups, or holds one of these roles."""
    return may(allowed, groups=now.actor.groups, holds=roles_of(now.open.roles, now.actor.id))


def refuse_without(now: DecisionContext, reason: str, allowed: Collection[str], *fields: str, **facts: str) -> None:
    """Refuse unless the actor belongs to one of these groups, or holds one of these roles.

    The refusal names the role among them that is free, if there is one: the actor may take it and try again. It names the
    people who may (`able`), as far as the policy and the roles tell.
    """
    if not has_authority(now, allowed):
        known = {"vacant": _vacant(now.open, allowed), "able": " ".join(_able(now, allowed)[:_MOST_NAMED])}
        raise not_authorised(reason, allowed, *fields, also=(), **{**known, **facts})


def _able(now: DecisionContext, allowed: Collection[str]) -> tuple[PersonId, ...]:
    """Return who holds one of these roles, or is named in one of these groups; members of user groups are not known here."""
    holders = [who for one in allowed if one in set(Role) for who in now.open.holders(Role(one))]
    members = [member for one in allowed for member in now.policy.groups.get(one, ())]
    return levels_left([*holders, *levels(now.team, members)], {now.actor.id})


def _vacant(incident: Incident, allowed: Collection[str]) -> str:
    """Return the first of these roles that is for one person and that no one holds, or nothing once it is over."""
    roles = (Role(one) for one in allowed if one in SINGLE)
    return "" if incident.is_over else next((role.value for role in roles if incident.holder(role) is None), "")


def not_authorised(
    reason: str, allowed: Collection[str], *fields: str, also: tuple[Fact, ...] = (), **facts: str
) -> Refusal:
    """Return the refusal of an actor without authority; `who` names the groups and roles that have it."""
    return Refusal(Code.NOT_AUTHORISED, reason, *fields, missing=(), also=also, **{"who": ", ".join(allowed), **facts})


def asked_to_redact(now: DecisionContext) -> str:
    """Return `yes` if the policy names people who may redact, and so are asked about a hidden text; else nothing."""
    return "yes" if names_who_may_redact(now.policy) else ""


def refuse_short(text: str | None, at_least: int, reason: str, field: str) -> None:
    """Refuse a justification with fewer characters than the rule requires."""
    if seen_length((text or "").strip()) < at_least:
        raise Refusal(Code.JUSTIFICATION, reason, field, least=str(at_least))


def refuse_unless_person(now: DecisionContext, who: PersonId, field: str, *, may_have_left: bool = False) -> None:
    """Refuse a bot, a guest, an account of another workspace or, unless they may have left since, a deactivated one.

    A person who is not in the directory yet is let through.
    """
    if is_external(who, now.team):
        raise Refusal(Code.NOT_A_RESPONDER, "assignee_external", field, who=who)
    known = now.reader.person(who)
    if who == MUSTER or (known is not None and known.is_bot):
        raise Refusal(Code.NOT_A_RESPONDER, "assignee_bot", field)
    if known is not None and not known.is_active and not may_have_left:
        raise Refusal(Code.NOT_A_RESPONDER, "assignee_gone", field, who=who)
    if known is not None and known.is_guest:
        raise Refusal(Code.NOT_A_RESPONDER, "assignee_guest", field, who=who)
