"""How long an incident is kept, by its type and the policy. Knows no storage and deletes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from incident.frozen import Frozen, Utc
from incident.model.incident import Incident
from incident.policy import Policy

DEFAULT: Final = "default"


class Term(Frozen):
    """Until when an ended incident is kept: since when it is over, and for how many years the policy keeps it."""

    ended_at: Utc
    years: int
    kept_until: Utc


def years_of(policy: Policy, kind: str) -> int | None:
    """Return for how many years incidents of a type are kept; None means for ever, also without a rule."""
    return policy.retention.get(kind, policy.retention.get(DEFAULT))


def shortest(policy: Policy) -> int | None:
    """Return the fewest years that any type is kept; None when each is kept for ever."""
    return min((years for years in policy.retention.values() if years is not None), default=None)


def term_of(incident: Incident, policy: Policy) -> Term | None:
    """Return until when an incident is kept; None while it is not over, under legal hold, or kept for ever."""
    years = years_of(policy, incident.type)
    if not incident.is_over or incident.preserved or years is None:
        return None
    ended = incident.states[-1].at
    return Term(ended_at=ended, years=years, kept_until=later_by(ended, years))


def later_by(moment: datetime, years: int) -> datetime:
    """Return the same time so many years later; 29 February becomes 1 March."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)
