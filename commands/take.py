"""`take`: somebody takes a role for themselves, a free one at once, a held one only by force and with authority."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from commands.ack import becomes_active
from commands.ask import Ask, Control
from commands.fields import RoleWord
from commands.guards import has_authority, refuse_unless_person, refuse_when_over
from commands.verb import Group, Situation, Verb
from incident.entries.staffed import RoleAssumed, RoleTaken
from incident.entry import Fact
from incident.incident import Incident
from incident.refusal import Code, Refusal
from roles.names import SINGLE, Role
from roles.people import PersonId


class Take(Verb):
    """Take a role yourself; `because …` takes a held one from somebody who has gone quiet."""

    name = "take"
    group = Group.ROLES

    role: Annotated[RoleWord, Ask("Role", Control.ROLE, leading=True, needed=True)]
    force_reason: Annotated[
        str | None,
        Ask("Why by force", Control.TEXT, "Only when its holder has gone quiet", because=True, words=("force",)),
    ] = None

    def decide(self, now: Situation) -> Sequence[Fact]:
        """Take a free role; force a held single role from a holder who did nothing for the time the policy gives."""
        refuse_when_over(now)
        holder = now.open.holder(self.role)
        forced = self.role in SINGLE and holder not in (None, now.actor) and self.force_reason is not None
        if forced and not has_authority(now, now.policy.authority.force_take):
            raise Refusal(Code.NOT_AUTHORISED, "take_by_force", role=self.role)
        if not forced:
            refuse_taken(now, self.role, now.actor)
        elif holder is not None:
            refuse_active_holder(now, self.role, holder)
        refuse_unless_person(now, now.actor, "role")
        taken = RoleTaken(role=self.role, who=now.actor, how="forced" if forced else "taken")
        if forced and holder is not None:
            assumed = RoleAssumed(role=self.role, from_who=holder, reason=self.force_reason or "")
            return (assumed, taken, *first_commander(now, self.role))
        return (taken, *first_commander(now, self.role))


def refuse_taken(now: Situation, role: Role, who: PersonId) -> None:
    """Refuse a role that the person has already, and a single-holder role that anybody has."""
    holders = now.open.holders(role)
    if who in holders:
        raise Refusal(Code.ROLE_TAKEN, "role_yours" if who == now.actor else "role_theirs", "role", role=role, who=who)
    if role in SINGLE and holders:
        raise Refusal(Code.ROLE_TAKEN, "role_taken", "role", role=role, who=holders[0])


def refuse_active_holder(now: Situation, role: Role, holder: PersonId) -> None:
    """Refuse to force a role from somebody who was seen, or got it, within the idle time of the policy."""
    idle = timedelta(minutes=now.policy.roles.take_over_idle_minutes)
    if now.at - last_sign(now.open, role, holder) < idle:
        minutes = str(now.policy.roles.take_over_idle_minutes)
        raise Refusal(Code.HOLDER_ACTIVE, "holder_active", "role", role=role, who=holder, minutes=minutes)


def last_sign(incident: Incident, role: Role, holder: PersonId) -> datetime:
    """Give the later of when the holder did anything and when they got the role."""
    seen = [seen.at for seen in incident.last_seen if seen.who == holder]
    got = [i.since for i in incident.roles if i.role == role and i.who == holder and i.until is None]
    return max(seen + got)


def first_commander(now: Situation, role: Role) -> tuple[Fact, ...]:
    """Give the move to active that a commander brings, or nothing for any other role."""
    return becomes_active(now) if role == Role.COMMANDER else ()
