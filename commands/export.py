"""`export`: how to get the whole record of an incident. It is written outside Slack, to a folder that can be verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.incident_by_number import find_visible
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact


@dataclass(frozen=True)
class ExportView:
    """The incident to export and its number of entries."""

    number: str
    entries: int
    restricted: bool


class Export(Verb):
    """Show how to export the whole record to a folder that can be verified offline."""

    name = "export"
    group = Group.OTHER
    is_query = True
    needs_incident = False

    number: Annotated[
        str | None, FormField("Number", Control.INCIDENT, "Default: this channel's incident", leading=True)
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Refuse an incident that does not exist or that the actor may not see, in the same words."""
        find_visible(self.number, now)
        return ()

    def view(self, now: DecisionContext) -> ExportView:
        """Return the number and size of the incident's record."""
        shown = find_visible(self.number, now)
        return ExportView(number=shown.number, entries=shown.n, restricted=shown.restricted)
