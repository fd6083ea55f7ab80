"""How facts about keeping the record change an incident: whether it is under legal hold."""

from __future__ import annotations

from incident.entries.kept import Preserved
from incident.entry import Entry
from incident.folding.change import Change
from incident.incident import Incident


def preserved(incident: Incident, entry: Entry, fact: Preserved) -> Change:
    """Put the incident under legal hold, or take it from there."""
    return {"preserved": fact.on}
