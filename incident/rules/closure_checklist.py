"""The closure checklist: the criteria that apply to an incident, and which are not met (S1-91, S1-98).

Knows no text.
"""

from __future__ import annotations

from incident.frozen import Frozen
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.closure_criteria import Unmet, unmet
from incident.rules.outside.clock_starts import needs_decisions

_ALWAYS = ("RESOLUTION", "VALIDATION", "CATEGORY", "PRIORITY", "TIMELINE")


class ChecklistItem(Frozen):
    """A criterion, or one of the things it lacks; `lacks` is None once it is met."""

    code: str
    lacks: Unmet | None = None


def checklist(incident: Incident, policy: Policy) -> tuple[ChecklistItem, ...]:
    """Return the criteria that apply: first the unmet, then the met, each in the order of the record."""
    lacking = [ChecklistItem(code=one.code, lacks=one) for one in unmet(incident, policy)]
    unmet_codes = {item.code for item in lacking}
    applies = {
        **dict.fromkeys(_ALWAYS, True),
        "LINKS": incident.priority in policy.links_needed,
        "TEMPFIX": bool(incident.temp_fixes),
        "FINAL_COMMS": incident.major,
        "OBLIGATIONS": bool(incident.regimes) and needs_decisions(incident),
        "THIRD_PARTY": incident.type == "third_party",
        "PIR_SCHEDULED": incident.major,
    }
    met = tuple(ChecklistItem(code=code) for code, does in applies.items() if does and code not in unmet_codes)
    return (*lacking, *met)
