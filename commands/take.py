"""`take`: somebody takes a role for themselves, a free one at once, a held one only by force and with authority."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from commands.ack import becomes_active
from commands.core.fields.field_types import RoleWord
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state, refuse_unless_person, refuse_without
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.role_holders import RoleAssumed, RoleTaken
from incident.entry import Fact
from incident.refusal import Code, Refusal
from roles.person_ids import PersonId
from roles.role_assignment import is_idle, refusal_to_take
from roles.role_names import SINGLE, Role


class Take(Verb):
    """Take a role yourself; `because …` takes a held one from somebody who has gone quiet."""

    name = "take"
    group = Group.ROLES

    role: Annotated[RoleWord, FormField("Role", Control.ROLE, leading=True, needed=True)]
    force_reason: Annotated[
        str | None,
        FormField("Why by force", Control.TEXT, "Only when its holder has gone quiet", because=True, words=("force",)),
    ] = None

    def decide(self, now: DecisionContext) -> Sequence[Fact]:
        """Take a free role; force a held single role from a holder who did nothing for the time the policy gives."""
        refuse_by_state(now, self.intent)
        holder = now.open.holder(self.role)
        forced = self.role in SINGLE and holder not in (None, now.actor.id) and self.force_reason is not None
        if forced:
            refuse_without(now, "force_take", now.policy.authority.force_take, "force_reason", role=self.role)
        else:
            refuse_taken(now, self.role, now.actor.id)
        if forced and holder is not None:
            refuse_active_holder(now, self.role, holder)
        refuse_unless_person(now, now.actor.id, "role")
        taken = RoleTaken(role=self.role, who=now.actor.id, how="forced" if forced else "taken")
        if forced and holder is not None:
            assumed = RoleAssumed(role=self.role, from_who=holder, reason=self.force_reason or "")
            return (assumed, taken, *first_commander(now, self.role))
        return (taken, *first_commander(now, self.role))


def refuse_taken(now: DecisionContext, role: Role, who: PersonId) -> None:
    """Refuse a role that the person has already, and a single-holder role that anybody has."""
    holders = now.open.holders(role)
    reason = refusal_to_take(role, who, holders)
    if reason is not None:
        own = who == now.actor.id and reason == "role_theirs"
        holder = who if who in holders else holders[0]
        raise Refusal(Code.ROLE_TAKEN, "role_yours" if own else reason, "role", role=role, who=holder)


def refuse_active_holder(now: DecisionContext, role: Role, holder: PersonId) -> None:
    """Refuse to force a role from somebody who was seen, or got it, within the idle time of the policy."""
    idle = timedelta(minutes=now.policy.roles.take_over_idle_minutes)
    since = next(i.since for i in now.open.roles if (i.role, i.who, i.until) == (role, holder, None))
    last_seen = next((seen.at for seen in now.open.last_seen if seen.who == holder), None)
    if not is_idle(since=since, last_seen=last_seen, at=now.at, idle=idle):
        minutes = str(now.policy.roles.take_over_idle_minutes)
        raise Refusal(Code.HOLDER_ACTIVE, "holder_active", "role", role=role, who=holder, minutes=minutes)


def first_commander(now: DecisionContext, role: Role) -> tuple[Fact, ...]:
    """Give the move to active that a commander brings, or nothing for any other role."""
    return becomes_active(now) if role == Role.COMMANDER else ()
