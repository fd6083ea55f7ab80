"""The roles of an incident and the words people type for them. Knows nothing of who holds one."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody does in an incident. Slugs are stored and never renamed."""

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
    """Read a role as people type it (`comms`, `tech lead`, `IC`), or None when it names none."""
    slug = word.strip().lower().replace(" ", "_").replace("-", "_")
    return Role(slug) if slug in set(Role) else ALIASES.get(slug)
