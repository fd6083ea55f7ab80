"""`list`: the open incidents that the actor may see."""

from __future__ import annotations

from dataclasses import dataclass

from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.model.incident import Incident
from incident.rules import visibility


@dataclass(frozen=True)
class ListView:
    """Open incidents, highest priority first, then oldest."""

    incidents: tuple[Incident, ...]


class List(Verb):
    """List the open incidents that you may see."""

    name = "list"
    group = Group.OTHER
    is_query = True
    needs_incident = False

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record nothing."""
        return ()

    def view(self, now: DecisionContext) -> ListView:
        """Return the open incidents; those the actor may not see are left out without a trace."""
        seen = [one for one in now.reader.open_incidents(now.team) if visibility.may_see(one, now.actor.id)]
        return ListView(tuple(sorted(seen, key=lambda one: (one.drill, one.priority or "P9", one.number))))
