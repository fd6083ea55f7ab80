"""Which authority an act needs. Knows groups and roles; the policy says which act needs which."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from roles.role_names import Role

OUTSIDE_SPEAKERS: Final = (Role.COMMS_LEAD, Role.COMMANDER, Role.CUSTOMER_LIAISON)


def may(allowed: Collection[str], *, groups: Collection[str], holds: Collection[Role]) -> bool:
    """True if a person in these groups, or holding these roles, is allowed: one of them is named."""
    named = set(allowed)
    return bool(named.intersection(groups) or named.intersection(map(str, holds)))
