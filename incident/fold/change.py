"""What a fold handler returns: the fields of the incident that an entry changes, by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

from incident.entry import Entry

Change: TypeAlias = dict[str, Any]


def effective_at(entry: Entry) -> datetime | None:
    """Return when a backfilled entry took effect (UTC), or None for one recorded as it happened."""
    return entry.occurred_at if entry.is_backfilled else None
