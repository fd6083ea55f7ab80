"""`take`: a person takes a role: a free one at once, a held one only by force and with authority."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from commands.core.fields.field_types import RoleWord
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state, refuse_unless_person, refuse_without
from commands.core.rules.role_preconditions import activation_by, refuse_active_holder, refuse_taken
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.role_holders import RoleAssumed, RoleTaken
from incident.entry import Fact
from roles.role_names import SINGLE


class Take(Verb):
    """Take a role yourself; `because …` takes a held one from a holder who has gone quiet."""

    name = "take"
    aliases = ("take over",)
    group = Group.ROLES

    role: Annotated[RoleWord, FormField("Role", Control.ROLE, leading=True, needed=True)]
    force_reason: Annotated[
        str | None,
        FormField(
            "Why take it from them", Control.TEXT, "Only if its holder has gone quiet", because=True, words=("force",)
        ),
    ] = None

    def decide(self, now: DecisionContext) -> Sequence[Fact]:
        """Take a free role, or force a held single role from a holder idle for the policy's minutes."""
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
            return (assumed, taken, *activation_by(self.role, now))
        return (taken, *activation_by(self.role, now))
