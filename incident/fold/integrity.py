"""How facts about the record change an incident: legal hold."""

from __future__ import annotations

from incident.entries.integrity import Preserved
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident


def preserved(incident: Incident, entry: Entry, fact: Preserved) -> Change:
    """Set or lift the legal hold."""
    return {"preserved": fact.on}
