"""How facts about packs change the incident. The values stay in the entries; the state knows the packs and their digests."""

from __future__ import annotations

from typing import Any

from incident.entries.outside.report_packs import PackApproved, PackFrozen, PackSubmitted
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.report_pack import ReportPack


def pack_frozen(incident: Incident, entry: Entry, fact: PackFrozen) -> Change:
    """Add the pack."""
    pack = ReportPack(
        n=entry.n,
        id=fact.pack,
        regime=fact.regime,
        obligation=fact.obligation,
        label=fact.label,
        revision=fact.revision,
        sha256=fact.sha256,
        authors=fact.authors,
        by=entry.by,
        at=entry.occurred_at,
        missing=sum(field.origin == "missing" for field in fact.fields),
    )
    return {"packs": (*incident.packs, pack)}


def pack_approved(incident: Incident, entry: Entry, fact: PackApproved) -> Change:
    """Set who approved the pack, and when."""
    return _changed(incident, fact.pack, approved_by=entry.by, approved_at=entry.occurred_at)


def pack_submitted(incident: Incident, entry: Entry, fact: PackSubmitted) -> Change:
    """Set when the pack was submitted."""
    return _changed(incident, fact.pack, submitted_at=entry.occurred_at)


def _changed(incident: Incident, pack: str, **change: Any) -> Change:
    return {"packs": tuple(one.model_copy(update=change) if one.id == pack else one for one in incident.packs)}
