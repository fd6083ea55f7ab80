"""`ack`: somebody is on it. The first acknowledgement sets the response in motion; a later one is only an entry."""

from __future__ import annotations

from commands.core.preconditions import refuse_by_state
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import Acknowledged, StateChanged
from incident.entry import Fact
from incident.states import State


class Ack(Verb):
    """Say that you are on it; the first to say so makes the incident active."""

    name = "ack"
    group = Group.OPEN

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the acknowledgement, and the move to active when it is the first sign of a response."""
        refuse_by_state(now, self.intent)
        return (Acknowledged(), *becomes_active(now))


def becomes_active(now: DecisionContext) -> tuple[Fact, ...]:
    """Give the move to active of an incident that nobody had taken up, or nothing."""
    state = now.open.state
    return (StateChanged(old=state, new=State.ACTIVE),) if state in (State.LOGGED, State.TRIAGED) else ()
