"""`own`: names who owns the incident's service from now on, above all when its owner has left (S1-03)."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_unless_person
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.role_holders import OwnerSet
from incident.entry import Fact
from incident.refusal import Code, Refusal
from roles.person_ids import PersonId


class Own(Verb):
    """Name who owns the service of this incident, `own @eva`; without a name it is you."""

    name = "own"
    aliases = ("new owner", "set owner")
    group = Group.ROLES

    who: Annotated[PersonId | None, FormField("Owner", Control.PERSON, "You, when empty", leading=True)] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the owner. Refuses who owns it already, and who can own nothing here."""
        owner = self.who or now.actor.id
        refuse_unless_person(now, owner, "who")
        if owner == now.open.service_owner:
            raise Refusal(Code.STATE, "own_already", "who", who=owner)
        return (OwnerSet(who=owner),)
