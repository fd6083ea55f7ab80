"""`show`: one incident by its number, for those who may see it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.incident_by_number import find_visible, originals
from commands.core.rules.status_view import StatusView, status_view
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.model.incident import Incident


class Show(Verb):
    """Show the status of one incident by its number."""

    name = "show"
    group = Group.OTHER
    is_query = True
    needs_incident = False
    for_guests = True

    number: Annotated[
        str | None, FormField("Number", Control.INCIDENT, "INC-2026-0042, just 42, or its channel", leading=True)
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Refuse an incident that does not exist or that the actor may not see, in the same words."""
        find_visible(self.number, now)
        return ()

    def view(self, now: DecisionContext) -> tuple[Incident, StatusView, tuple[Incident, ...]]:
        """Return the incident, its status, and what it is a duplicate of."""
        shown = find_visible(self.number, now)
        return shown, status_view(replace(now, incident=shown)), originals(shown, now)
