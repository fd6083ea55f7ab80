"""When entries happened, after corrections: the last correction of a time counts. The entry itself keeps its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from incident.entries.conversation import Corrected, DecisionMade, Noted, TimeCorrected
from incident.entries.restoration import Linked, LinkNone, WorkaroundFound
from incident.entry import Entry

KINDS: Final = (TimeCorrected.kind,)
# Nothing is computed from the times of these; every other time is a milestone, Slack's, or when a deadline was met.
CORRECTABLE: Final = (Noted, DecisionMade, WorkaroundFound, Linked, LinkNone, Corrected)


def corrected_times(entries: Iterable[Entry]) -> dict[int, datetime]:
    """Return when entries really happened (UTC), by number, for those whose time was corrected."""
    return {entry.fact.corrects: entry.fact.happened_at for entry in entries if isinstance(entry.fact, TimeCorrected)}
