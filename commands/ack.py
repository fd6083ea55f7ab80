"""`ack`: acknowledges the incident. The first acknowledgement makes it active; later ones are only recorded."""

from __future__ import annotations

from commands.core.preconditions import refuse_by_state
from commands.core.rules.role_preconditions import activation
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import Acknowledged
from incident.entry import Fact


class Ack(Verb):
    """Acknowledge the incident: you are working on it. The first acknowledgement makes it active."""

    name = "ack"
    aliases = ("acknowledge", "acked", "on it", "i am on it", "i'm on it", "im on it")
    group = Group.OPEN
    asserts = True
    dated = True

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the acknowledgement, and the change to active when it is the first response."""
        refuse_by_state(now, self.intent)
        return (Acknowledged(), *activation(now))
