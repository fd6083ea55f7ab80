"""Refusals that several verbs share: the incident is over, nobody gave the authority, the text says too little.

Each gives nothing or raises; the order in which a verb asks them is the order of the codes.
"""

from __future__ import annotations

from collections.abc import Collection

from commands.verb import Situation
from incident.refusal import Code, Refusal
from roles.names import Role
from roles.people import MUSTER, PersonId


def refuse_when_over(now: Situation) -> None:
    """Refuse what closed, void and ended incidents no longer allow."""
    if now.open.is_over:
        raise Refusal(Code.STATE, "over", state=now.open.state)


def has_authority(now: Situation, names: Collection[str]) -> bool:
    """Tell whether the actor is in one of the groups named, or holds one of the roles named."""
    held = {interval.role for interval in now.open.roles if interval.until is None and interval.who == now.actor}
    return any(name in now.groups or (name in set(Role) and Role(name) in held) for name in names)


def refuse_short(text: str | None, at_least: int, reason: str, field: str) -> None:
    """Refuse a justification of fewer characters than the rule asks for."""
    if len((text or "").strip()) < at_least:
        raise Refusal(Code.JUSTIFICATION, reason, field, least=str(at_least))


def refuse_unless_person(now: Situation, who: PersonId, field: str) -> None:
    """Refuse a bot, a guest or somebody deactivated; who is not in the directory is left to the edge."""
    known = now.reader.person(who)
    if who == MUSTER or (known is not None and known.is_bot):
        raise Refusal(Code.NOT_A_RESPONDER, "assignee_bot", field)
    if known is not None and not known.is_active:
        raise Refusal(Code.NOT_A_RESPONDER, "assignee_gone", field, who=who)
    if known is not None and known.is_guest:
        raise Refusal(Code.NOT_A_RESPONDER, "assignee_guest", field, who=who)
