"""`reopen`: a resolved or closed incident came back, or a void one is an incident after all.

What came back begins an episode at the recurrence, not at the report. A wrong void is taken back: the harm goes on.
"""

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
    """Reopen a resolved or closed incident that came back, or take back a void that was wrong."""

    name = "reopen"
    aliases = ("re-open", "reopened")
    group = Group.PROVE
    dated = True

    reason: Annotated[
        str,
        FormField(
            "Why",
            Control.TEXT,
            "What came back, or why it is an incident after all",
            rest=True,
            because=True,
            needed=True,
        ),
    ]
    recurrence_at: Annotated[Utc | None, FormField("Since when", Control.MOMENT, past=True, words=("since",))] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Change a resolved, closed or void incident back to active."""
        state = now.open.state
        if refusal_to(self.intent, now.open):
            raise Refusal(Code.STATE, "reopen_not_over", state=state)
        _refuse_other_incident(now)
        reopened = Reopened(reason=self.reason, recurrence_at=self.recurrence_at, from_state=state)
        return (reopened, StateChanged(old=state, new=State.ACTIVE))


def _refuse_other_incident(now: DecisionContext) -> None:
    """Refuse where the channel has become that of another incident: a void one gives an adopted channel back."""
    channel = now.open.places.channel
    key = now.reader.find(now.team, channel=channel) if channel else None
    other = now.reader.peek(key) if key and key != now.open.key else None
    if other is not None:
        raise Refusal(Code.STATE, "reopen_other_incident", number=now.open.number, other=other.number)
