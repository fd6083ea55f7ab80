"""How facts about restoration change the incident: containment, fixes, workarounds, resolution, links."""

from __future__ import annotations

from incident.entries.restoration import (
    Contained,
    ContainmentReviewed,
    ContainmentUndone,
    Linked,
    LinkNone,
    Recovered,
    RecoveryChecked,
    ResolutionAmended,
    Resolved,
    TempFixAdded,
    TempFixRemoved,
    TempFixSet,
    WorkaroundFound,
)
from incident.entry import Entry
from incident.fold.change import Change, effective_at
from incident.model.components import AuthoredText, Link, Resolution, TempFix
from incident.model.incident import Incident
from incident.model.response.analysis import Recovery
from incident.model.response.containment import Containment


def contained(incident: Incident, entry: Entry, fact: Contained) -> Change:
    """Add a step of containment."""
    item = Containment(
        at=entry.recorded_at,
        term=fact.term,
        text=fact.text,
        by=entry.by,
        effective_at=effective_at(entry),
        outside_group=fact.outside_group,
        n=entry.n,
        id=fact.id or f"C{len(incident.containment) + 1}",
        target=fact.target,
        approved_by=fact.approved_by,
        undo=fact.undo,
        reversible=fact.reversible,
        review_at=fact.review_at,
    )
    return {"containment": (*incident.containment, item)}


def containment_undone(incident: Incident, entry: Entry, fact: ContainmentUndone) -> Change:
    """Set when the step was undone, and by which entry."""
    return _step_changed(incident, fact.contained, {"undone_at": entry.occurred_at, "undone_by": entry.n})


def containment_reviewed(incident: Incident, entry: Entry, fact: ContainmentReviewed) -> Change:
    """Set when the step was looked at, and when it is looked at next."""
    return _step_changed(incident, fact.contained, {"reviewed_at": entry.occurred_at, "review_at": fact.review_at})


def _step_changed(incident: Incident, n: int, update: Change) -> Change:
    return {"containment": tuple(c.model_copy(update=update) if c.n == n else c for c in incident.containment)}


def temp_fix_added(incident: Incident, entry: Entry, fact: TempFixAdded) -> Change:
    """Add the temporary fix."""
    fix = TempFix(id=fact.id, text=fact.text, owner=fact.owner, remove_by=fact.remove_by)
    return {"temp_fixes": (*incident.temp_fixes, fix)}


def temp_fix_set(incident: Incident, entry: Entry, fact: TempFixSet) -> Change:
    """Set the owner and removal date of the fix."""
    return _fix_changed(incident, fact.id, {"owner": fact.owner, "remove_by": fact.remove_by})


def temp_fix_removed(incident: Incident, entry: Entry, fact: TempFixRemoved) -> Change:
    """Set when the fix was removed."""
    return _fix_changed(incident, fact.id, {"removed_at": entry.occurred_at})


def _fix_changed(incident: Incident, fix_id: str, update: Change) -> Change:
    return {"temp_fixes": tuple(f.model_copy(update=update) if f.id == fix_id else f for f in incident.temp_fixes)}


def workaround_found(incident: Incident, entry: Entry, fact: WorkaroundFound) -> Change:
    """Add the workaround."""
    return {"workarounds": (*incident.workarounds, AuthoredText(text=fact.text))}


def resolved(incident: Incident, entry: Entry, fact: Resolved) -> Change:
    """Set the resolution; the state has an entry of its own."""
    return {
        "resolution": Resolution(
            how=fact.how,
            text=fact.text,
            by=entry.by,
            at=entry.recorded_at,
            meets_rule=fact.meets_rule,
            effective_at=effective_at(entry),
        )
    }


def resolution_amended(incident: Incident, entry: Entry, fact: ResolutionAmended) -> Change:
    """Replace the resolution text; the earlier text, who resolved it and when stay."""
    old = incident.resolution
    if old is None:
        return {}
    earlier = (*old.earlier, AuthoredText(text=old.text))
    update = {"text": fact.text, "meets_rule": fact.meets_rule, "earlier": earlier}
    return {"resolution": old.model_copy(update=update)}


def linked(incident: Incident, entry: Entry, fact: Linked) -> Change:
    """Add the link."""
    return {"links": (*incident.links, Link(link=fact.link, ref=fact.ref))}


def link_none(incident: Incident, entry: Entry, fact: LinkNone) -> Change:
    """Record that there is nothing to link."""
    return {"link_none": True}


def recovered(incident: Incident, entry: Entry, fact: Recovered) -> Change:
    """Add the recovery."""
    made = Recovery(
        n=entry.n,
        id=fact.id,
        method=fact.method,
        text=fact.text,
        by=entry.by,
        at=entry.occurred_at,
        backup=fact.backup,
        checked_at=entry.occurred_at if fact.checked else None,
        evidence=fact.evidence,
    )
    return {"recoveries": (*incident.recoveries, made)}


def recovery_checked(incident: Incident, entry: Entry, fact: RecoveryChecked) -> Change:
    """Set when the recovery was checked, and by which evidence."""
    checked = {"checked_at": entry.occurred_at, "evidence": fact.evidence}
    return {
        "recoveries": tuple(
            one.model_copy(update=checked) if one.n == fact.recovery else one for one in incident.recoveries
        )
    }
