"""How facts about evidence change the incident."""

from __future__ import annotations

from incident.entries.outside.evidence_items import EvidenceSecured
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.outside_records import EvidenceItem


def evidence_secured(incident: Incident, entry: Entry, fact: EvidenceSecured) -> Change:
    """Add the item to the evidence register."""
    item = EvidenceItem(
        n=entry.n,
        id=fact.id,
        item=fact.item,
        sha256=fact.sha256,
        location=fact.location,
        collected_at=entry.occurred_at,
        by=entry.by,
    )
    return {"evidence": (*incident.evidence, item)}
