"""Rules of `take`, `assign` and `ack`: who may take a role, and what makes an incident active."""

from __future__ import annotations

from datetime import timedelta

from commands.core.verb import DecisionContext
from incident.entries.lifecycle import StateChanged
from incident.entry import Fact
from incident.refusal import Code, Refusal
from incident.states import State
from roles.person_ids import PersonId
from roles.role_assignment import is_idle, refusal_to_take
from roles.role_names import Role


def refuse_taken(now: DecisionContext, role: Role, who: PersonId) -> None:
    """Refuse a role that `who` holds already, and a role for one person that is held."""
    holders = now.open.holders(role)
    reason = refusal_to_take(role, who, holders)
    if reason is not None:
        own = who == now.actor.id and reason == "role_theirs"
        holder = who if who in holders else holders[0]
        raise Refusal(Code.ROLE_TAKEN, "role_yours" if own else reason, "role", role=role, who=holder)


def refuse_active_holder(now: DecisionContext, role: Role, holder: PersonId) -> None:
    """Refuse to force a role from a holder who was seen, or got the role, within the policy's idle time."""
    idle = timedelta(minutes=now.policy.roles.take_over_idle_minutes)
    since = next(i.since for i in now.open.roles if (i.role, i.who, i.until) == (role, holder, None))
    last_seen = next((seen.at for seen in now.open.last_seen if seen.who == holder), None)
    if not is_idle(since=since, last_seen=last_seen, at=now.at, idle=idle):
        minutes = str(now.policy.roles.take_over_idle_minutes)
        raise Refusal(Code.HOLDER_ACTIVE, "holder_active", "role", role=role, who=holder, minutes=minutes)


def activation(now: DecisionContext) -> tuple[Fact, ...]:
    """Return the change to active of a logged or triaged incident, or nothing."""
    state = now.open.state
    return (StateChanged(old=state, new=State.ACTIVE),) if state in (State.LOGGED, State.TRIAGED) else ()


def activation_by(role: Role, now: DecisionContext) -> tuple[Fact, ...]:
    """Return the change to active that a first commander brings, or nothing for any other role."""
    return activation(now) if role == Role.COMMANDER else ()
