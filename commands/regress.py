"""`regress`: the service failed again before it was resolved. What failed goes into the timeline as a note."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import Noted
from incident.entries.lifecycle import StateChanged
from incident.entry import Fact
from incident.model.state_transitions import refusal_to
from incident.refusal import Code, Refusal
from incident.states import State


class Regress(Verb):
    """Report that the service failed again after it was mitigated or restored."""

    name = "regress"
    group = Group.RESTORE
    dated = True

    text: Annotated[str, FormField("What is broken again", Control.TEXT, rest=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Change a mitigated or restored incident back to active, and note what was seen."""
        state = now.open.state
        if refusal_to(self.intent, now.open):
            raise Refusal(Code.STATE, "regress_not_better", state=state)
        return (StateChanged(old=state, new=State.ACTIVE), Noted(text=self.text))
