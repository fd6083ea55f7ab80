"""When a role may be taken or assigned: when it is free, or by force from an idle holder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from roles.person_ids import PersonId
from roles.role_names import SINGLE, Role


def refusal_to_take(role: Role, who: PersonId, holders: Sequence[PersonId]) -> str | None:
    """Return why a person cannot have the role: they hold it, or it has one holder already. None when they can."""
    if who in holders:
        return "role_theirs"
    return "role_taken" if role in SINGLE and holders else None


def is_idle(*, since: datetime, last_seen: datetime | None, at: datetime, idle: timedelta) -> bool:
    """True if a holder neither got the role nor was active within the idle time."""
    latest = since if last_seen is None else max(since, last_seen)
    return at - latest >= idle
