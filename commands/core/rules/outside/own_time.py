"""The time of its own that a request may give to its fact: when evidence was collected, a case opened, a determination reached."""

from __future__ import annotations

from datetime import datetime

from commands.core.verb import DatedFact, DecisionContext
from incident.entry import Fact
from incident.refusal import Code, Refusal


def dated(now: DecisionContext, fact: Fact, at: datetime | None, field: str) -> Fact | DatedFact:
    """Return the fact with a time of its own, which wins over that of the request. Refuses a time to come."""
    if at is None:
        return fact
    if at > now.at:
        raise Refusal(Code.BAD_VALUE, "not_yet", field)
    return DatedFact(fact, occurred_at=at)
