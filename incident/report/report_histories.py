"""The report's histories: states, priorities, categories, types, roles, reopenings (S1-01, S1-76)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incident.model.components import Times
from incident.model.incident import Incident
from incident.report.report_format import Report, ReportFormat, effective, maybe, moment
from roles.role_intervals import holders_at
from roles.role_names import Role


def heading(incident: Incident) -> Report:
    """Return the present values of the incident."""
    return {
        "type": incident.type,
        "service": incident.service,
        "category": incident.category,
        "subcategory": incident.subcategory,
        "owner_group": incident.owner_group,
        "major": incident.major,
        "drill": incident.drill,
        "priority": incident.priority.value if incident.priority else None,
    }


def timestamps(incident: Incident) -> Report:
    """Return every milestone, null where it is unknown."""
    return {name: maybe(getattr(incident.times, name)) for name in Times.model_fields}


def states(incident: Incident, read: ReportFormat) -> list[Report]:
    """Return each change of state."""
    return [
        {
            "at": moment(s.at),
            "from": s.old.value if s.old else None,
            "to": s.new.value,
            "by": read.who(s.by),
            **effective(s.effective_at),
        }
        for s in incident.states
    ]


def priorities(incident: Incident, read: ReportFormat) -> list[Report]:
    """Return each priority with impact and urgency; the first is called initial."""
    return [
        {
            "at": moment(p.at),
            "impact": p.impact,
            "urgency": p.urgency,
            "priority": p.priority.value,
            "by": read.who(p.by),
            "justification": p.justification if place else "initial",
            **effective(p.effective_at),
        }
        for place, p in enumerate(incident.priorities)
    ]


def with_classes(history: Sequence[Report], incident: Incident) -> list[Report]:
    """Return the priorities with the policy's word for each, such as High, where it has one (S2-17)."""
    words = [{"class": one.simple_class} if one.simple_class else {} for one in incident.priorities]
    return [row | word for row, word in zip(history, words, strict=True)]


def categories(incident: Incident, read: ReportFormat) -> list[Report]:
    """Return each category."""
    return [
        {
            "at": moment(c.at),
            "category": c.category,
            "subcategory": c.subcategory,
            "by": read.who(c.by),
            "reason": c.reason,
            **effective(c.effective_at),
        }
        for c in incident.categories
    ]


def types(incident: Incident, read: ReportFormat) -> list[Report]:
    """Return each type."""
    return [
        {"at": moment(t.at), "type": t.type, "by": read.who(t.by), "reason": t.reason, **effective(t.effective_at)}
        for t in incident.types
    ]


def roles_ever_held(incident: Incident) -> tuple[Role, ...]:
    """Return every role ever held, in the order in which each was first held."""
    return tuple(dict.fromkeys(i.role for i in incident.roles))


def roles(incident: Incident, read: ReportFormat) -> Report:
    """Return who held each role from when to when."""
    return {
        role.value: [
            {"who": read.who(i.who), "from": moment(i.since), "to": maybe(i.until)}
            for i in incident.roles
            if i.role == role
        ]
        for role in roles_ever_held(incident)
    }


def roles_at(incident: Incident, read: ReportFormat, probes: Sequence[datetime]) -> list[Report]:
    """Return who held each role at each of the given times (S1-77)."""
    return [
        {
            "at": moment(at),
            **{r.value: [read.who(w) for w in holders_at(incident.roles, r, at)] for r in roles_ever_held(incident)},
        }
        for at in probes
    ]


def reopens(incident: Incident, read: ReportFormat) -> list[Report]:
    """Return each reopening, with when the harm was back: at the reopening unless another time was given."""
    return [
        {
            "at": moment(r.at),
            "by": read.who(r.by),
            "reason": r.reason,
            "recurrence_at": maybe(r.since),
            "from_state": r.from_state.value,
        }
        for r in incident.reopens
    ]


def closure_attempts(incident: Incident, read: ReportFormat) -> list[Report]:
    """Return each attempt to close, with what was missing."""
    return [
        {
            "at": moment(a.at),
            "by": read.who(a.by),
            "result": "accepted" if a.accepted else "refused",
            "missing": list(a.missing),
        }
        for a in incident.closure_attempts
    ]
