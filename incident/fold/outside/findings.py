"""How facts about findings change the incident."""

from __future__ import annotations

from incident.entries.outside.findings import FindingConfirmed, FindingMade, FindingRefuted
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.response.analysis import Finding, Status


def finding_made(incident: Incident, entry: Entry, fact: FindingMade) -> Change:
    """Add the finding."""
    found = Finding(
        n=entry.n,
        id=fact.id,
        text=fact.text,
        by=entry.by,
        at=entry.occurred_at,
        source=fact.source,
        evidence=fact.evidence,
        entry=fact.entry,
        witness=fact.witness,
        verified=fact.verified,
    )
    return {"findings": (*incident.findings, found)}


def finding_confirmed(incident: Incident, entry: Entry, fact: FindingConfirmed) -> Change:
    """Mark the finding as confirmed, by its source."""
    return _judged(incident, entry, fact, "confirmed")


def finding_refuted(incident: Incident, entry: Entry, fact: FindingRefuted) -> Change:
    """Mark the finding as refuted. A source that it had stays beside it."""
    return _judged(incident, entry, fact, "refuted")


def _judged(incident: Incident, entry: Entry, fact: FindingConfirmed | FindingRefuted, status: Status) -> Change:
    judged: Change = {"status": status, "judged_by": entry.n, "judged_at": entry.occurred_at}
    if status == "confirmed":
        judged |= {"verified": True}
    return {
        "findings": tuple(one.model_copy(update=judged) if one.n == fact.finding else one for one in incident.findings)
    }
