"""`summary`: what a responder who joins late must know, most important first."""

from __future__ import annotations

from dataclasses import dataclass

from commands.core.rules.status_view import StatusView, status_view
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import DecisionMade
from incident.entries.status_updates import StatusUpdatePosted
from incident.entry import Entry, Fact
from incident.states import Audience


@dataclass(frozen=True)
class SummaryView:
    """The status, the decisions, and the last update to each audience."""

    status: StatusView
    decisions: tuple[Entry, ...]
    updates: tuple[Entry, ...]


class Summary(Verb):
    """Catch up: what broke, who commands, what was decided, what is open, what comes next."""

    name = "summary"
    aliases = ("catchup",)
    group = Group.INFORM
    is_query = True
    for_guests = True

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record nothing."""
        return ()

    def view(self, now: DecisionContext) -> SummaryView:
        """Return the status, the decisions and the last update to each audience."""
        key = now.open.key
        found = now.reader.entries(key, kinds=(DecisionMade.kind, StatusUpdatePosted.kind))
        valid = [entry for entry in found if entry.n not in now.open.undone]
        decisions = [entry for entry in valid if isinstance(entry.fact, DecisionMade)]
        posts = [entry for entry in valid if isinstance(entry.fact, StatusUpdatePosted)]
        last = {e.fact.audience: e for e in posts if isinstance(e.fact, StatusUpdatePosted)}
        updates = tuple(last[audience] for audience in Audience if audience in last)
        return SummaryView(status=status_view(now), decisions=tuple(decisions), updates=updates)
