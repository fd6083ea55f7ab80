"""`ack`: somebody is on it. The first acknowledgement sets the response in motion; a later one is only an entry."""

from __future__ import annotations

from commands.core.preconditions import refuse_by_state
from commands.core.rules.role_preconditions import activation
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import Acknowledged
from incident.entry import Fact


class Ack(Verb):
    """Say that you are on it; the first to say so makes the incident active."""

    name = "ack"
    group = Group.OPEN

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the acknowledgement, and the move to active when it is the first sign of a response."""
        refuse_by_state(now, self.intent)
        return (Acknowledged(), *activation(now))
