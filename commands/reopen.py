"""`reopen`: a resolved or closed incident came back. The new episode starts at the recurrence, not at the report."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import Reopened, StateChanged
from incident.entry import Fact
from incident.frozen import Utc
from incident.model.state_transitions import refusal_to
from incident.refusal import Code, Refusal
from incident.states import State


class Reopen(Verb):
    """Reopen a resolved or closed incident that came back."""

    name = "reopen"
    group = Group.PROVE

    reason: Annotated[str, FormField("What came back", Control.TEXT, rest=True, because=True, needed=True)]
    recurrence_at: Annotated[Utc | None, FormField("Since when", Control.MOMENT, past=True, words=("since",))] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Change a resolved or closed incident back to active."""
        state = now.open.state
        if refusal_to(self.intent, now.open):
            raise Refusal(Code.STATE, "reopen_not_over", state=state)
        reopened = Reopened(reason=self.reason, recurrence_at=self.recurrence_at, from_state=state)
        return (reopened, StateChanged(old=state, new=State.ACTIVE))
