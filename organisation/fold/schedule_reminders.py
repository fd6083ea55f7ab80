"""Reminders about on-call schedules among the prompts of the organisation: those of gaps and failures long past are dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from organisation.model.organisation import Organisation

GAP: Final = "gap"
FEED: Final = "feed"
# A feed that fails for so long is a reminder once more.
_SHOWN_FOR: Final = {GAP: timedelta(days=2), FEED: timedelta(days=60)}


def without_past(organisation: Organisation, at: datetime) -> Organisation:
    """Return the organisation without the reminders of what began long before `at` (UTC): two days for a gap."""
    recent = tuple(one for one in organisation.prompted if not _is_past(one.due, at))
    return organisation.model_copy(update={"prompted": recent})


def _is_past(due: str, at: datetime) -> bool:
    """True for the key of such a deadline, which ends with its start in seconds since 1970."""
    kind, _, rest = due.partition(":")
    shown_for = _SHOWN_FOR.get(kind)
    return shown_for is not None and datetime.fromtimestamp(int(rest.rpartition(":")[2]), UTC) < at - shown_for
