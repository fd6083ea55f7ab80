"""`seen`: a person whom a rule of the policy notified confirms that they know. Only the button of a notice runs it."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.delivery import NoticeSeen
from incident.entry import Fact
from incident.model.incident import Incident
from incident.refusal import Code, Refusal
from incident.rules.visibility import is_notified
from roles.person_ids import PersonId


class Seen(Verb):
    """Confirm that you have read a notice: by its button."""

    name = "seen"
    group = Group.OTHER
    is_answer = True

    notice: Annotated[int | None, FormField("Which notice", Control.ENTRY, hidden=True)] = None

    @classmethod
    def is_awaited(cls, incident: Incident, person: PersonId) -> bool:
        """True if the person was notified and has not confirmed it."""
        return is_notified(incident, person)

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record a receipt for each notice to this person that they have not confirmed; a second one adds nothing."""
        mine = [one for one in now.open.notices if self.notice in (None, one.n) and one.is_for(now.actor.id)]
        if not mine:
            raise Refusal(Code.STATE, "seen_nothing")
        new = [one for one in mine if all(receipt.who != now.actor.id for receipt in one.receipts)]
        return tuple(NoticeSeen(notified=one.n) for one in new)
