"""How facts about what outsiders were informed of change the incident."""

from __future__ import annotations

from incident.entries.outside.outside_notices import OutsideNoticeGiven
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.outside_records import OutsideNotice


def outside_notice_given(incident: Incident, entry: Entry, fact: OutsideNoticeGiven) -> Change:
    """Add the notice."""
    notice = OutsideNotice(
        n=entry.n,
        to=fact.to,
        road=fact.road,
        count=fact.count,
        text=fact.text,
        by=entry.by,
        at=entry.occurred_at,
    )
    return {"outside_notices": (*incident.outside_notices, notice)}
