"""What an export says of whom and what was affected, of the screening for personal data, and of what outsiders were informed of (S2-22)."""

from __future__ import annotations

from typing import Any

from bot.export.reader_names import Names
from incident.model.incident import Incident
from incident.report.report_format import moment


def affected_rows(incident: Incident, names: Names) -> list[dict[str, Any]]:
    """Return whom and what the incident affects, by the last entry about each."""
    return [
        {
            "entry": one.n,
            "what": one.what,
            "count": one.count,
            "percent": one.percent,
            "basis": one.basis,
            "text": one.text,
            "by": names(one.by),
            "at": moment(one.at),
        }
        for one in incident.affected
    ]


def screening_rows(incident: Incident, names: Names) -> list[dict[str, Any]]:
    """Return each answer to the question whether personal data are affected."""
    return [
        {"entry": one.n, "answer": one.answer, "reason": one.reason, "by": names(one.by), "at": moment(one.at)}
        for one in incident.screenings
    ]


def outside_notice_rows(incident: Incident, names: Names) -> list[dict[str, Any]]:
    """Return what outsiders were informed of otherwise than by a report to a regulator, in order of its entries."""
    return [
        {
            "entry": one.n,
            "to": one.to,
            "road": one.road,
            "count": one.count,
            "text": one.text,
            "by": names(one.by),
            "at": moment(one.at),
        }
        for one in incident.outside_notices
    ]
