"""`list`: the incidents that are open, as far as the one who asks may see them."""

from __future__ import annotations

from dataclasses import dataclass

from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.model.incident import Incident
from incident.rules import visibility


@dataclass(frozen=True)
class ListView:
    """Open incidents, the gravest first, then the oldest."""

    incidents: tuple[Incident, ...]


class List(Verb):
    """List the open incidents that you may see."""

    name = "list"
    group = Group.OTHER
    asks = True
    needs_incident = False

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Answer; nothing changes."""
        return ()

    def view(self, now: DecisionContext) -> ListView:
        """Leave out what the one who asks may not see; nothing tells them that it is there."""
        seen = [one for one in now.reader.open_incidents(now.team) if visibility.may_see(one, now.actor.id)]
        return ListView(tuple(sorted(seen, key=lambda one: (one.drill, one.priority or "P9", one.number))))
