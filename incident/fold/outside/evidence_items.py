"""How facts about evidence change the incident."""

from __future__ import annotations

from incident.entries.outside.evidence_items import (
    CustodyPassed,
    EvidenceSecured,
    FileErased,
    FileNotStored,
    FileSecured,
    FileStored,
)
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.outside_records import CustodyChange, EvidenceItem


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


def file_secured(incident: Incident, entry: Entry, fact: FileSecured) -> Change:
    """Add the file to the evidence register; its digest is not known yet."""
    item = EvidenceItem(
        n=entry.n,
        id=fact.id,
        item=fact.name,
        sha256=None,
        location=None,
        collected_at=entry.occurred_at,
        by=entry.by,
        file=fact.file,
        size=fact.size,
        stored="pending",
    )
    return {"evidence": (*incident.evidence, item)}


def file_stored(incident: Incident, entry: Entry, fact: FileStored) -> Change:
    """Set digest and size of the file, whose bytes are stored."""
    return _changed(incident, fact.secured, {"sha256": fact.sha256, "size": fact.size, "stored": "stored"})


def file_not_stored(incident: Incident, entry: Entry, fact: FileNotStored) -> Change:
    """Mark the file as not stored, and why."""
    return _changed(incident, fact.secured, {"stored": "not_stored", "not_stored_because": fact.why})


def file_erased(incident: Incident, entry: Entry, fact: FileErased) -> Change:
    """Mark the bytes of the file as erased."""
    return _changed(incident, fact.secured, {"stored": "erased"})


def custody_passed(incident: Incident, entry: Entry, fact: CustodyPassed) -> Change:
    """Add who has the item now, and where it is."""
    passed = CustodyChange(
        n=entry.n,
        at=entry.occurred_at,
        by=entry.by,
        to=fact.to,
        receiver=fact.receiver,
        location=fact.location,
        reason=fact.reason,
    )
    item = next((one for one in incident.evidence if one.n == fact.evidence), None)
    return _changed(incident, fact.evidence, {"custody": (*item.custody, passed)}) if item else {}


def _changed(incident: Incident, n: int, update: Change) -> Change:
    return {"evidence": tuple(one.model_copy(update=update) if one.n == n else one for one in incident.evidence)}
