"""The report's work: escalations, containment, fixes, actions, resolution, validation."""

from __future__ import annotations

from incident.model.incident import Incident
from incident.report.report_format import Report, ReportFormat, effective, maybe, moment


def escalations(incident: Incident, read: ReportFormat) -> list[Report]:
    """Return each escalation; a person by name, any other addressee as written."""
    return [
        {
            "at": moment(e.at),
            "how": e.how,
            "to": e.to if e.person is None else read.name(e.person),
            "by": read.who(e.by),
            "reason": e.reason,
            **effective(e.effective_at),
        }
        for e in incident.escalations
    ]


def containment(incident: Incident, read: ReportFormat) -> list[Report]:
    """Return each step of containment."""
    return [
        {"at": moment(c.at), "term": c.term, "text": c.text, "by": read.who(c.by), **effective(c.effective_at)}
        for c in incident.containment
    ]


def temporary_fixes(incident: Incident, read: ReportFormat) -> list[Report]:
    """Return each temporary fix with its removal."""
    return [
        {
            "id": f.id,
            "text": f.text,
            "owner": read.who(f.owner),
            "remove_by": maybe(f.remove_by),
            "removed_at": maybe(f.removed_at),
        }
        for f in incident.temp_fixes
    ]


def links(incident: Incident) -> list[Report]:
    """Return each link."""
    return [{"kind": one.link, "ref": one.ref} for one in incident.links]


def actions(incident: Incident, read: ReportFormat) -> Report:
    """Return each action by its id."""
    return {
        a.id: {
            "text": a.text,
            "assignee": read.who(a.assignee),
            "opened_at": moment(a.opened_at),
            "done_at": maybe(a.done_at),
            "due_at": maybe(a.due_at),
        }
        for a in incident.actions
    }


def resolution(incident: Incident, read: ReportFormat) -> Report | None:
    """Return the resolution, with the earlier texts when it was amended."""
    found = incident.resolution
    if found is None:
        return None
    earlier = {"earlier_texts": [s.text for s in found.earlier]} if found.earlier else {}
    return {
        "how": found.how,
        "text": found.text,
        "by": read.who(found.by),
        "at": moment(found.at),
        **effective(found.effective_at),
        **earlier,
    }


def validation(incident: Incident, read: ReportFormat) -> list[Report]:
    """Return each piece of evidence, also what no longer counts."""
    return [
        {
            "at": moment(v.at),
            "criterion": v.criterion,
            "by": read.who(v.by),
            "evidence": v.evidence,
            **effective(v.effective_at),
        }
        for v in incident.validations
    ]


def review(incident: Incident, read: ReportFormat) -> Report | None:
    """Return the owner and time of the review."""
    return {"owner": read.who(incident.review.owner), "at": moment(incident.review.at)} if incident.review else None
