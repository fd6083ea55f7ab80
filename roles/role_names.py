"""The roles of an incident and the words people type for them. Knows no holders."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """A role in an incident. The slugs are stored and never renamed."""

    COMMANDER = "commander"
    DEPUTY = "deputy"
    COMMS_LEAD = "comms_lead"
    SCRIBE = "scribe"
    CUSTOMER_LIAISON = "customer_liaison"
    TECH_LEAD = "tech_lead"
    SME = "sme"
    OBSERVER = "observer"


SINGLE: Final = frozenset({Role.COMMANDER, Role.DEPUTY, Role.COMMS_LEAD, Role.SCRIBE, Role.CUSTOMER_LIAISON})

ALIASES: Final = {
    "ic": Role.COMMANDER,
    "incident_commander": Role.COMMANDER,
    "incident_manager": Role.COMMANDER,
    "incident_lead": Role.COMMANDER,
    "incident_command": Role.COMMANDER,
    "deputy_commander": Role.DEPUTY,
    "communications_lead": Role.COMMS_LEAD,
    "communication_lead": Role.COMMS_LEAD,
    "technical_lead": Role.TECH_LEAD,
    "subject_matter_expert": Role.SME,
    "commanders": Role.COMMANDER,
    "scribes": Role.SCRIBE,
    "smes": Role.SME,
    "experts": Role.SME,
    "observers": Role.OBSERVER,
    "command": Role.COMMANDER,
    "comms": Role.COMMS_LEAD,
    "communications": Role.COMMS_LEAD,
    "liaison": Role.CUSTOMER_LIAISON,
    "customer": Role.CUSTOMER_LIAISON,
    "tech": Role.TECH_LEAD,
    "technical": Role.TECH_LEAD,
    "expert": Role.SME,
}


def read_role(word: str) -> Role | None:
    """Return the role that a typed word names (`comms`, `tech lead`, `IC`), or None."""
    slug = word.strip().lower().replace(" ", "_").replace("-", "_")
    return Role(slug) if slug in set(Role) else ALIASES.get(slug)
