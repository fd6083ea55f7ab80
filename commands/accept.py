"""`accept`: the next holder takes an offered role and holds it from then on."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.field_types import RoleWord
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.role_holders import HandoverAccepted
from incident.entry import Fact
from incident.model.components import Offer
from incident.model.incident import Incident
from incident.refusal import Code, Refusal
from roles.person_ids import PersonId


class Accept(Verb):
    """Accept a role offered to you; name the role if you have several offers."""

    name = "accept"
    group = Group.ROLES

    role: Annotated[RoleWord | None, FormField("Role", Control.ROLE, leading=True)] = None

    @classmethod
    def is_awaited(cls, incident: Incident, person: PersonId) -> bool:
        """True if a role is offered to the person."""
        return any(offer.to == person for offer in incident.offers)

    def still_offered(self, incident: Incident, drawn_at: int) -> bool:
        """Return whether the offer the button was drawn for, or an earlier one, is open."""
        return any(offer.role == self.role and offer.n <= drawn_at for offer in incident.offers)

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Pass the role on to the person it was offered to."""
        refuse_by_state(now, self.intent)
        offer = self._offer(now)
        if now.actor.id in now.open.holders(offer.role):
            raise Refusal(Code.ROLE_TAKEN, "role_yours", "role", role=offer.role, who=now.actor.id)
        return (HandoverAccepted(role=offer.role, from_who=offer.from_who, to=now.actor.id),)

    def _offer(self, now: DecisionContext) -> Offer:
        mine = [o for o in now.open.offers if o.to == now.actor.id and self.role in (None, o.role)]
        if not mine:
            raise Refusal(Code.STATE, "accept_nothing", "role")
        if len(mine) > 1:
            raise Refusal(Code.MISSING_FIELDS, "accept_which", "role")
        return mine[0]
