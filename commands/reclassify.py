"""`reclassify`: corrects the type of the incident. The original type stays in the history."""

from __future__ import annotations

from typing import Annotated, Final

from commands.core.fields.field_types import INCIDENT_TYPES, IncidentType
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_short
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.classification import Reclassified
from incident.entry import Fact

MIN_REASON: Final = 15


class Reclassify(Verb):
    """Change the type of the incident: it, security, data, physical, third_party, request or event."""

    name = "reclassify"
    group = Group.CLASSIFY
    drastic = True

    type: Annotated[
        IncidentType,
        FormField("Type", Control.CHOICE, leading=True, needed=True, choices=INCIDENT_TYPES),
    ]
    reason: Annotated[
        str, FormField("Why", Control.TEXT, "At least 15 characters", rest=True, because=True, needed=True)
    ] = ""

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Change the type with a reason. A restricted incident stays restricted."""
        refuse_short(self.reason, MIN_REASON, "reclassify_why", "reason")
        restricted = now.open.restricted or self.type in now.policy.restricted_types
        return (Reclassified(old=now.open.type, type=self.type, reason=self.reason, restricted=restricted),)
