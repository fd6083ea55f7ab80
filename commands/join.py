"""`join`: two people declared the same problem; the second incident becomes a duplicate and its people join the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state
from commands.core.rules.incident_by_number import seen_by_actor
from commands.core.verb import DecisionContext, Group, OtherIncidentFact, Verb
from incident.entries.lifecycle import JoinedAsDuplicate, StateChanged, Voided
from incident.entry import Fact
from incident.model.incident import Incident
from incident.refusal import Code, Refusal
from incident.states import State


class Join(Verb):
    """Join the incident that was declared first; this one becomes void as its duplicate."""

    name = "join"
    group = Group.OPEN
    drastic = True

    number: Annotated[
        str,
        FormField(
            "Incident to join", Control.INCIDENT, "INC-2026-0042, just 42, or its channel", leading=True, needed=True
        ),
    ]

    def decide(self, now: DecisionContext) -> Sequence[Fact | OtherIncidentFact]:
        """Void this incident as a duplicate of an earlier open one, and record there who joins."""
        refuse_by_state(now, "void")
        first = self._first(now)
        voided = Voided(as_="duplicate", why="joined", duplicate_of=first.number)
        joined = JoinedAsDuplicate(number=now.open.number, who=now.open.contact)
        return (
            voided,
            StateChanged(old=now.open.state, new=State.VOID_DUPLICATE),
            OtherIncidentFact(first.key, joined),
        )

    def _first(self, now: DecisionContext) -> Incident:
        first = seen_by_actor(self.number, now)
        if first is None:
            raise Refusal(Code.NO_INCIDENT, "no_such_incident", "number")
        if first.key == now.open.key:
            raise Refusal(Code.STATE, "join_itself", "number", number=first.number)
        if first.is_over:
            raise Refusal(Code.STATE, "join_over", "number", number=first.number, state=first.state)
        if first.states[0].at > now.open.states[0].at:
            raise Refusal(Code.STATE, "join_later", "number", number=first.number, this=now.open.number)
        return first
