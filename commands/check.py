"""`check`: what the record lacks, for the scribe: gaps, missing times, empty roles, messages that may be decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from commands.core.rules.guidance.decision_candidates import Candidate, candidates
from commands.core.rules.guidance.record_gaps import Gap, empty_roles, gaps, missing_times
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from roles.role_names import Role

_MOST_SHOWN: Final = 8


@dataclass(frozen=True)
class CheckView:
    """What the record lacks. `items` are the first messages that may be decisions, `more` how many follow."""

    gaps: tuple[Gap, ...]
    gap_minutes: int
    times: tuple[str, ...]
    roles: tuple[Role, ...]
    items: tuple[Candidate, ...]
    more: int

    @property
    def is_complete(self) -> bool:
        """True if nothing is lacking."""
        return not (self.gaps or self.times or self.roles or self.items)


class Check(Verb):
    """Show what the record lacks: gaps, missing times, empty roles, and messages that read like decisions."""

    name = "check"
    aliases = ("gaps", "check the record", "record check")
    group = Group.RECORD
    is_query = True

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record nothing."""
        return ()

    def view(self, now: DecisionContext) -> CheckView:
        """Return what is lacking as of now."""
        found = candidates(now)
        return CheckView(
            gaps=gaps(now),
            gap_minutes=now.policy.scribe.gap_minutes,
            times=missing_times(now.open),
            roles=empty_roles(now.open),
            items=found[:_MOST_SHOWN],
            more=max(len(found) - _MOST_SHOWN, 0),
        )
