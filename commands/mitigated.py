"""`mitigated`: the harm is reduced; the service is not restored yet."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import StateChanged
from incident.entry import Fact
from incident.model.state_transitions import refusal_to
from incident.refusal import Code, Refusal
from incident.states import State


class Mitigated(Verb):
    """Record that the harm is reduced; the service is not restored yet."""

    name = "mitigated"
    aliases = ("mitigate",)
    group = Group.RESTORE
    asserts = True
    dated = True

    text: Annotated[
        str, FormField("What is better", Control.TEXT, "And what still does not work", rest=True, needed=True)
    ]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Change an active incident to mitigated."""
        state = now.open.state
        if refusal_to(self.intent, now.open):
            raise Refusal(Code.STATE, "mitigated_not_active", state=state)
        return (StateChanged(old=state, new=State.MITIGATED, statement=self.text),)
