"""`handover`: offers a role to the next holder. Nothing changes until they accept."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.field_types import RoleWord
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state, refuse_unless_person, refuse_without
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.role_holders import HandoverOffered
from incident.entry import Fact
from incident.refusal import Code, Refusal
from roles.person_ids import PersonId
from roles.role_handover import MIN_NOTE, giver, is_note_enough


class Handover(Verb):
    """Offer your role to the next person, with a note on the state of things; it is theirs once they accept."""

    name = "handover"
    aliases = ("handoff", "hand over", "hand off")
    group = Group.ROLES

    role: Annotated[RoleWord, FormField("Role", Control.ROLE, leading=True, needed=True)]
    to: Annotated[PersonId, FormField("To", Control.PERSON, leading=True, needed=True)]
    note: Annotated[
        str,
        FormField(
            "State of things", Control.TEXT, "What runs, what is promised, what not to touch", rest=True, needed=True
        ),
    ] = ""

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Offer a held role: one's own, or another person's with authority."""
        refuse_by_state(now, self.intent)
        holders = now.open.holders(self.role)
        from_who = giver(holders, now.actor.id)
        if from_who is None:
            raise Refusal(Code.STATE, "handover_nobody", "role", role=self.role)
        if now.actor.id not in holders:
            allowed = now.policy.authority.handover_others_role
            refuse_without(now, "handover_others_role", allowed, "role", role=self.role, who=from_who)
        if self.to in holders:
            raise Refusal(Code.ROLE_TAKEN, "role_theirs", "to", role=self.role, who=self.to)
        if not is_note_enough(self.note):
            raise Refusal(Code.HANDOVER_NOTE, "handover_note", "note", least=str(MIN_NOTE))
        refuse_unless_person(now, self.to, "to")
        return (HandoverOffered(role=self.role, from_who=from_who, to=self.to, note=self.note),)
