"""`release`: a person gives up a role, or is relieved of it, without a successor."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.field_types import RoleWord
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.role_holders import RoleReleased
from incident.entry import Fact
from incident.refusal import Code, Refusal
from roles.person_ids import PersonId


class Release(Verb):
    """Give up a role without a successor; use `handover` if there is one."""

    name = "release"
    group = Group.ROLES
    drastic = True

    role: Annotated[RoleWord, FormField("Role", Control.ROLE, leading=True, needed=True)]
    who: Annotated[PersonId | None, FormField("Who", Control.PERSON, "Default: you", leading=True)] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """End the role of a person who holds it."""
        refuse_by_state(now, self.intent)
        who = self.who or now.actor.id
        if who not in now.open.holders(self.role):
            reason = "release_not_yours" if who == now.actor.id else "release_not_theirs"
            raise Refusal(Code.STATE, reason, "role", role=self.role, who=who)
        return (RoleReleased(role=self.role, who=who),)
