"""`timeline`: the last entries of the timeline with their numbers, as they happened. The export has all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries import KINDS
from incident.entry import Entry, Fact
from incident.record.corrected_times import corrected_times

_SHOWN: Final = 15
_MOST: Final = 40
_KINDS: Final = tuple(sorted({fact.kind for fact in KINDS.values() if fact.timeline}))
_ORDERS: Final = (("happened", "As it happened"), ("recorded", "As it was recorded"))


@dataclass(frozen=True)
class TimelineLine:
    """An entry, when it happened, and the time it was recorded under if that was corrected."""

    entry: Entry
    at: datetime
    old: datetime | None = None


@dataclass(frozen=True)
class TimelineView:
    """The last lines, oldest first, and how many came before them. `dated`: they are of several days, or of an earlier one."""

    lines: tuple[TimelineLine, ...]
    earlier: int
    dated: bool


class Timeline(Verb):
    """Show the last entries of the timeline as they happened, with their numbers; `timeline recorded` as they were recorded."""

    name = "timeline"
    group = Group.INFORM
    is_query = True
    for_guests = True

    order: Annotated[
        Literal["happened", "recorded"], FormField("Order", Control.CHOICE, leading=True, choices=_ORDERS)
    ] = "happened"
    count: Annotated[
        Annotated[int, Field(ge=1, le=_MOST)] | None,
        FormField("How many", Control.WORD, f"1 to {_MOST}", leading=True),
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record nothing."""
        return ()

    def view(self, now: DecisionContext) -> TimelineView:
        """Return the last lines of the timeline; of two that happened at once the one recorded first comes first."""
        found = _lines(now.reader.entries(now.open.key, kinds=_KINDS))
        if self.order == "happened":
            found = sorted(found, key=lambda line: (line.at, line.entry.n))
        shown = tuple(found[-(self.count or _SHOWN) :])
        days = {line.at.date() for line in shown}
        return TimelineView(lines=shown, earlier=len(found) - len(shown), dated=not days <= {now.at.date()})


def _lines(entries: Sequence[Entry]) -> list[TimelineLine]:
    times = corrected_times(entries)
    return [
        TimelineLine(entry, times.get(entry.n, entry.occurred_at), entry.occurred_at if entry.n in times else None)
        for entry in entries
    ]
