"""The bounds of every time and every length of time that a request may contain.

Deadlines are computed by adding lengths of time to times, and people read both: what lies outside is a slip or an attack.
Knows no verb; the policy's lengths have the bounds of `incident/policy.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from commands.core.fields.form_field import Control, field_of
from commands.core.verb import Verb
from incident.policy_parts.policy_numbers import MOST_MINUTES
from incident.refusal import Code, Refusal

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


def refuse_out_of_bounds(verb: Verb) -> None:
    """Refuse a verb with a time before 2000 or from 2100 on, or with more minutes than a year has."""
    for name, info in type(verb).model_fields.items():
        value = getattr(verb, name)
        if isinstance(value, datetime):
            refuse_time(value, name)
        elif field_of(info).control is Control.MINUTES and isinstance(value, int) and value > MOST_MINUTES:
            raise Refusal(Code.BAD_VALUE, "too_many_minutes", name, limit=str(MOST_MINUTES))


def refuse_time(at: datetime | None, field: str) -> None:
    """Refuse a time outside the bounds."""
    if at is not None and not EARLIEST <= at < LATEST:
        raise Refusal(Code.BAD_VALUE, "time_out_of_bounds", field, first=str(EARLIEST.year), last=str(LATEST.year - 1))
