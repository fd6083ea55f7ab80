"""The report's updates: what each audience was owed and got (S1-79)."""

from __future__ import annotations

from incident.model.components import AudienceState, Slot
from incident.model.incident import Incident
from incident.report.report_format import Report, maybe, moment


def updates(incident: Incident) -> Report:
    """Return the judged slots and adherence of each audience that was ever owed, sent or denied an update."""
    return {a.audience.value: _audience(a) for a in incident.audiences if a.ever_owed or a.posts or a.ever_held}


def adherence(audience: AudienceState) -> float | None:
    """Return the share of judged slots that were met, to three places; None without any."""
    judged = _judged(audience)
    return round(_met(audience) / judged, 3) if judged else None


def _met(audience: AudienceState) -> int:
    return sum(slot.status != "missed" for slot in audience.slots)


def _judged(audience: AudienceState) -> int:
    return sum(slot.count for slot in audience.slots)


def _audience(audience: AudienceState) -> Report:
    met = _met(audience)
    return {
        "slots": [_slot(slot) for slot in audience.each_slot()],
        "met": met,
        "missed": _judged(audience) - met,
        "adherence": adherence(audience),
        "posts": audience.posts,
        "next_due_at": maybe(audience.open.due_at if audience.open else None),
    }


def _slot(slot: Slot) -> Report:
    written: Report = {"due_at": moment(slot.due_at), "status": slot.status}
    if slot.update_at is not None:
        written["update_at"] = moment(slot.update_at)
    if slot.recorded_at is not None:
        written["recorded_at"] = moment(slot.recorded_at)
    return written
