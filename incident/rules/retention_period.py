"""How long an incident is kept, by its type and the policy. Pure: knows no storage and deletes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from incident.frozen import Frozen, Utc
from incident.model.incident import Incident
from incident.policy import Policy

DEFAULT: Final = "default"


class Term(Frozen):
    """Until when an ended incident is kept, and why: since when it is over, and for how many years the policy keeps it."""

    ended_at: Utc
    years: int
    kept_until: Utc


def years_of(policy: Policy, kind: str) -> int | None:
    """Give for how many years incidents of a type are kept; None for ever, also where the policy says nothing."""
    return policy.retention.get(kind, policy.retention.get(DEFAULT))


def shortest(policy: Policy) -> int | None:
    """Give the fewest years anything is kept; None when everything is kept for ever."""
    return min((years for years in policy.retention.values() if years is not None), default=None)


def term_of(incident: Incident, policy: Policy) -> Term | None:
    """Give until when an incident is kept; None while it is not over, under legal hold, or kept for ever."""
    years = years_of(policy, incident.type)
    if not incident.is_over or incident.preserved or years is None:
        return None
    ended = incident.states[-1].at
    return Term(ended_at=ended, years=years, kept_until=later_by(ended, years))


def later_by(moment: datetime, years: int) -> datetime:
    """Give the same moment so many years later; the 29th of February becomes the 1st of March."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)
