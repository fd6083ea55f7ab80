"""`clocks`: which legal clocks run, until when, by which law, and what is not decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.model.outside_records import ClockStatus, RegulatoryClock, ReportDecision
from incident.rules.outside.clock_starts import undecided_regimes


@dataclass(frozen=True)
class ClocksView:
    """The clocks with their status now, the decisions that no report is due, and the regimes without either."""

    clocks: tuple[tuple[RegulatoryClock, ClockStatus], ...]
    decisions: tuple[ReportDecision, ...]
    undecided: tuple[str, ...]


class Clocks(Verb):
    """Show which legal clocks run, until when, and by which law."""

    name = "clocks"
    aliases: ClassVar[tuple[str, ...]] = ("clock", "deadlines")
    group = Group.PROVE
    is_query = True

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record nothing."""
        return ()

    def view(self, now: DecisionContext) -> ClocksView:
        """Return the clocks in order of their due times."""
        clocks = sorted(now.open.clocks, key=lambda clock: clock.due_at)
        return ClocksView(
            clocks=tuple((clock, clock.status(now.at)) for clock in clocks),
            decisions=now.open.report_decisions,
            undecided=undecided_regimes(now.open),
        )
