"""`list`: the open incidents that the actor may see, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.incident_by_number import find_visible
from commands.core.rules.open_incidents import open_page
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.ports import MOST_COUNTED, IncidentSummary

PAGE: Final = 20


@dataclass(frozen=True)
class ListView:
    """A page of open incidents: highest priority first, then oldest; drills last.

    `more` incidents follow; with `is_more_than_counted` it is the least number of them.
    """

    incidents: tuple[IncidentSummary, ...]
    more: int
    is_more_than_counted: bool


class List(Verb):
    """List the open incidents that you may see."""

    name = "list"
    group = Group.OTHER
    is_query = True
    needs_incident = False
    for_guests = True

    after: Annotated[
        str | None,
        FormField("After", Control.INCIDENT, "The last number of the page before", words=("after",), leading=True),
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Refuse a page after an incident that does not exist or that the actor may not see, in the same words."""
        if self.after is not None:
            find_visible(self.after, now)
        return ()

    def view(self, now: DecisionContext) -> ListView:
        """Return a page of the open incidents; those the actor may not see are left out without a trace."""
        after = None if self.after is None else find_visible(self.after, now).key
        page = open_page(now.reader, now.team, now.actor, after=after, limit=PAGE)
        return ListView(page.incidents, page.more, page.more >= MOST_COUNTED)
