"""`restored`: the service works for its users again. The cause may remain."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import StateChanged
from incident.entry import Fact
from incident.model.state_transitions import refusal_to
from incident.refusal import Code, Refusal
from incident.states import State


class Restored(Verb):
    """Record that the service works for its users again."""

    name = "restored"
    aliases = ("restore", "recovered")
    group = Group.RESTORE
    asserts = True
    drastic = True
    dated = True

    text: Annotated[str, FormField("How you know", Control.TEXT, "What works again", rest=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Change an active or mitigated incident to restored."""
        state = now.open.state
        if refusal_to(self.intent, now.open):
            raise Refusal(Code.STATE, "restored_not_active", state=state)
        return (StateChanged(old=state, new=State.RESTORED, statement=self.text),)
