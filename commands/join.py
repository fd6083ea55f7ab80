"""`join`: two people declared the same problem; the second incident becomes a duplicate and its people join the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state
from commands.core.verb import DecisionContext, Group, OtherIncidentFact, Verb
from incident.entries.lifecycle import JoinedAsDuplicate, StateChanged, Voided
from incident.entry import Fact
from incident.model.incident import Incident
from incident.refusal import Code, Refusal
from incident.rules.visibility import may_see
from incident.states import State


class Join(Verb):
    """Join the incident that was declared first; this one becomes void as its duplicate."""

    name = "join"
    group = Group.OPEN

    number: Annotated[str, FormField("Incident to join", Control.WORD, "INC-2026-0042", leading=True, needed=True)]

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
        key = now.reader.find(now.team, number=self.number.strip().upper())
        first = now.reader.peek(key) if key else None
        if first is None or not may_see(first, now.actor.id, is_guest=now.actor.is_guest):
            raise Refusal(Code.NO_INCIDENT, "no_such_incident", "number")
        if first.is_over or first.key == now.open.key or first.states[0].at > now.open.states[0].at:
            raise Refusal(Code.STATE, "join_not_first", "number", number=first.number)
        return first
