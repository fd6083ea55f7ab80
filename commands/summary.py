"""`summary`: what somebody who joins late must know, in the order in which they need it."""

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
    """What stands, what was decided, and what each audience was told last."""

    status: StatusView
    decisions: tuple[Entry, ...]
    told: tuple[Entry, ...]


class Summary(Verb):
    """Catch up: what broke, who commands, what was decided, what is open, what comes next."""

    name = "summary"
    aliases = ("catchup",)
    group = Group.INFORM
    asks = True

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Answer; nothing changes."""
        return ()

    def view(self, now: DecisionContext) -> SummaryView:
        """Gather the decisions and the last update to each audience beside what stands."""
        key = now.open.key
        decisions = now.reader.entries(key, kinds=(DecisionMade.kind,))
        posts = now.reader.entries(key, kinds=(StatusUpdatePosted.kind,))
        last = {e.fact.audience: e for e in posts if isinstance(e.fact, StatusUpdatePosted)}
        told = tuple(last[audience] for audience in Audience if audience in last)
        return SummaryView(status=status_view(now), decisions=tuple(decisions), told=told)
