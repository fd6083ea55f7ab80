"""How facts about a breach of regulation change the incident."""

from __future__ import annotations

from incident.entries.outside.regulatory_breach import RegulatoryMarked
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident


def regulatory_marked(incident: Incident, entry: Entry, fact: RegulatoryMarked) -> Change:
    """Set the entry that marks it, None once the mark is taken away."""
    return {"regulatory": entry.n if fact.holds else None}
