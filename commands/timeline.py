"""`timeline`: the last entries of the timeline with their numbers. The export has all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries import KINDS
from incident.entry import Entry, Fact

_SHOWN: Final = 15
_MOST: Final = 40
_KINDS: Final = tuple(sorted({fact.kind for fact in KINDS.values() if fact.timeline}))


@dataclass(frozen=True)
class TimelineView:
    """The last entries, oldest first, and how many came before them."""

    entries: tuple[Entry, ...]
    earlier: int


class Timeline(Verb):
    """Show the last entries of the timeline, with their numbers."""

    name = "timeline"
    group = Group.INFORM
    is_query = True
    for_guests = True

    count: Annotated[
        Annotated[int, Field(ge=1, le=_MOST)] | None,
        FormField("How many", Control.WORD, f"1 to {_MOST}", leading=True),
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record nothing."""
        return ()

    def view(self, now: DecisionContext) -> TimelineView:
        """Return the last entries of the timeline."""
        found = tuple(now.reader.entries(now.open.key, kinds=_KINDS))
        shown = found[-(self.count or _SHOWN) :]
        return TimelineView(entries=shown, earlier=len(found) - len(shown))
