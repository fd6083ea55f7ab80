"""Whose authority an act needs. Knows groups and roles; which act needs which of them is the policy's to say."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from roles.role_names import Role

OUTSIDE_SPEAKERS: Final = (Role.COMMS_LEAD, Role.COMMANDER, Role.CUSTOMER_LIAISON)


def may(allowed: Collection[str], *, groups: Collection[str], holds: Collection[Role]) -> bool:
    """Allow an act to somebody who is in a group, or holds a role, that is named."""
    named = set(allowed)
    return bool(named.intersection(groups) or named.intersection(map(str, holds)))
