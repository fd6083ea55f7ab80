"""`export`: how to get the whole record of an incident. The file itself is made outside Slack, where it can be checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.incident_by_number import find_visible
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact


@dataclass(frozen=True)
class ExportView:
    """Which incident the export is of, and how many entries it has."""

    number: str
    entries: int
    restricted: bool


class Export(Verb):
    """Tell how to get the whole record as one archive that can be checked offline."""

    name = "export"
    group = Group.OTHER
    asks = True
    needs_incident = False

    number: Annotated[
        str | None, FormField("Number", Control.WORD, "Left out, this channel's incident", leading=True)
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Answer, or refuse alike what does not exist and what the one who asks may not see."""
        find_visible(self.number, now)
        return ()

    def view(self, now: DecisionContext) -> ExportView:
        """Name the incident."""
        shown = find_visible(self.number, now)
        return ExportView(number=shown.number, entries=shown.n, restricted=shown.restricted)
