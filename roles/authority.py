"""Which act needs whose authority. Knows acts, groups and roles; the policy's lists of names are handed in."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from roles.names import Role


class Act(StrEnum):
    """What not everybody may do. The slug is also the reason given when it is refused."""

    DECLARE_MAJOR = "declare_major"
    LOWER_PRIORITY = "lower_priority"
    CLOSE = "close"
    HANDOVER_OTHERS_ROLE = "handover_others_role"
    FORCE_TAKE = "force_take"
    OBLIGATION = "obligation"
    HOLD = "hold"
    REDACT = "redact"
    UPDATE_OUTSIDE = "update_outside"


OUTSIDE_SPEAKERS: Final = (Role.COMMS_LEAD, Role.COMMANDER, Role.CUSTOMER_LIAISON)


def may(act: Act, allowed: Collection[str], *, groups: Collection[str], holds: Collection[Role]) -> str | None:
    """Give the reason why not, or None for somebody who is in a group, or holds a role, that is named."""
    named = set(allowed)
    return None if named.intersection(groups) or named.intersection(map(str, holds)) else act.value
