"""The clocks that a request starts, as facts of Muster dated like their cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from commands.core.verb import DatedFact
from incident.entries.outside.regulatory_clocks import ClockStarted
from incident.outside.clock_arithmetic import CalendarEndsError
from incident.refusal import Code, Refusal
from roles.person_ids import MUSTER


def started_clocks(find: Callable[[], Sequence[ClockStarted]]) -> tuple[DatedFact, ...]:
    """Return the clocks, each as of when it started. Refuses if a calendar ends before a clock does."""
    try:
        found = find()
    except CalendarEndsError as error:
        raise Refusal(Code.BAD_VALUE, "calendar_ends", why=str(error)) from error
    return tuple(DatedFact(clock, occurred_at=clock.trigger_at, by=MUSTER) for clock in found)
