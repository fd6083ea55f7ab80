"""Reminders of gaps in on-call schedules among the prompts of the organisation: those of gaps long past are dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from organisation.model.organisation import Organisation

GAP: Final = "gap"
_SHOWN_FOR: Final = timedelta(days=2)


def without_past(organisation: Organisation, at: datetime) -> Organisation:
    """Return the organisation without the reminders of gaps that began more than two days before `at` (UTC)."""
    recent = tuple(one for one in organisation.prompted if not _is_past(one.due, at))
    return organisation.model_copy(update={"prompted": recent})


def _is_past(due: str, at: datetime) -> bool:
    """True for the key of a gap's deadline, which ends with its start in seconds since 1970."""
    kind, _, rest = due.partition(":")
    return kind == GAP and datetime.fromtimestamp(int(rest.rpartition(":")[2]), UTC) < at - _SHOWN_FOR
