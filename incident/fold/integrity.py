"""How facts about keeping the record change an incident: whether it is under legal hold."""

from __future__ import annotations

from incident.entries.integrity import Preserved
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident


def preserved(incident: Incident, entry: Entry, fact: Preserved) -> Change:
    """Put the incident under legal hold, or take it from there."""
    return {"preserved": fact.on}
