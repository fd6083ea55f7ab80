"""`status`: the present of the incident on half a screen."""

from __future__ import annotations

from commands.core.rules.status_view import StatusView, status_view
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact


class Status(Verb):
    """Show the incident's status: state, priority, roles and updates due."""

    name = "status"
    group = Group.INFORM
    is_query = True
    for_guests = True

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record nothing."""
        return ()

    def view(self, now: DecisionContext) -> StatusView:
        """Return the status of the incident."""
        return status_view(now)
