"""`summary`: what a responder who joins late must know, most important first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from commands.core.rules.status_view import StatusView, status_view
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import Corrected, DecisionMade
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected
from incident.entry import Entry, Fact
from incident.record.amendments import as_amended, corrections_of
from incident.states import Audience

_KINDS: Final = (DecisionMade.kind, Corrected.kind, StatusUpdatePosted.kind, UpdateCorrected.kind)


@dataclass(frozen=True)
class SummaryView:
    """The status, the decisions with their corrections by number, and the last update to each audience as it reads now."""

    status: StatusView
    decisions: tuple[Entry, ...]
    corrections: Mapping[int, Entry]
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
        valid = [entry for entry in now.reader.entries(key, kinds=_KINDS) if entry.n not in now.open.undone]
        decisions = [entry for entry in valid if isinstance(entry.fact, DecisionMade)]
        last = {e.fact.audience: e for e in as_amended(valid) if isinstance(e.fact, StatusUpdatePosted)}
        updates = tuple(last[audience] for audience in Audience if audience in last)
        return SummaryView(status_view(now), tuple(decisions), corrections_of(valid), updates)
