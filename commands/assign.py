"""`assign`: gives a free role to another person. A held single role changes only by handover or by force."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.field_types import RoleWord
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state, refuse_unless_person
from commands.core.rules.role_preconditions import activation_by, refuse_taken
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.role_holders import RoleTaken
from incident.entry import Fact
from roles.person_ids import PersonId


class Assign(Verb):
    """Assign a free role to a person: `assign comms @eva`."""

    name = "assign"
    group = Group.ROLES

    role: Annotated[RoleWord, FormField("Role", Control.ROLE, leading=True, needed=True)]
    to: Annotated[PersonId, FormField("To", Control.PERSON, leading=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Assign a role that is free, or that several people may hold and this person does not."""
        refuse_by_state(now, self.intent)
        refuse_taken(now, self.role, self.to)
        refuse_unless_person(now, self.to, "to")
        return (RoleTaken(role=self.role, who=self.to, how="assigned"), *activation_by(self.role, now))
