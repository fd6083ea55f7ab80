"""`timeline`: the last entries of the timeline with their numbers, as they happened. The export has all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries import TIMELINE_KINDS
from incident.entry import Entry, Fact
from incident.record.amendments import corrections_of
from incident.record.corrected_times import corrected_times

_SHOWN: Final = 15
_MOST: Final = 40
_ORDERS: Final = (("happened", "As it happened"), ("recorded", "As it was recorded"))


@dataclass(frozen=True)
class TimelineLine:
    """An entry, when it happened, the time it was first recorded under, its last correction, whether it was taken back."""

    entry: Entry
    at: datetime
    old: datetime | None = None
    correction: Entry | None = None
    undone: bool = False


@dataclass(frozen=True)
class TimelineView:
    """The last lines, oldest first, and how many came before them."""

    lines: tuple[TimelineLine, ...]
    earlier: int


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
        found = _lines(now.reader.entries(now.open.key, kinds=TIMELINE_KINDS), now.open.undone)
        if self.order == "happened":
            found = sorted(found, key=lambda line: (line.at, line.entry.n))
        shown = tuple(found[-(self.count or _SHOWN) :])
        return TimelineView(lines=shown, earlier=len(found) - len(shown))


def _lines(entries: Sequence[Entry], undone: Collection[int]) -> list[TimelineLine]:
    valid = [entry for entry in entries if entry.n not in undone]
    times, corrections = corrected_times(valid), corrections_of(valid)
    return [
        TimelineLine(
            entry,
            at=times.get(entry.n, entry.occurred_at),
            old=entry.occurred_at if entry.n in times else None,
            correction=corrections.get(entry.n),
            undone=entry.n in undone,
        )
        for entry in entries
    ]
