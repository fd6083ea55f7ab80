"""The incident report: everything the entries say, as one document that can be compared and read on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from incident.entries.closure import Refused
from incident.entry import WORKSPACE, Entry
from incident.fold import fold
from incident.model.incident import Incident
from incident.report import report_histories, report_messages, report_outside, report_work
from incident.report.incident_metrics import metrics
from incident.report.report_format import Report, ReportFormat, moment
from incident.report.report_timeline import timeline
from incident.report.report_updates import updates
from roles.person_ids import PersonId


def _message_id(channel: str, ts: str) -> str:
    return f"{channel}/{ts}"


def incident_report(
    entries: Sequence[Entry],
    *,
    as_of: datetime,
    sentence: Callable[[Entry], str],
    name: Callable[[PersonId], str],
    source: Callable[[Entry], str],
    message: Callable[[str, str], str] = _message_id,
    probes: Sequence[datetime] = (),
) -> Report:
    """Return the report as of a time; the deadlines passed until then must be recorded already.

    `entries` may include those of the workspace chain: refusals and messages before the declaration count too.
    """
    own = [entry for entry in entries if entry.key.id != WORKSPACE]
    incident = fold.fold(own)
    read = ReportFormat(sentence=sentence, name=name, source=source, message=message)
    told = sorted(entries, key=lambda entry: entry.recorded_at)
    return {
        "as_of": moment(as_of),
        "state": incident.state.value,
        "incident": report_histories.heading(incident),
        "timestamps": report_histories.timestamps(incident),
        **_histories(incident, read),
        "updates": updates(incident),
        "obligations": report_outside.obligations(incident, read, as_of),
        **_work(incident, read),
        "closure_attempts": report_histories.closure_attempts(incident, read),
        "reopens": report_histories.reopens(incident, read),
        "pir": report_work.review(incident, read),
        "refusals": _refusals(told, read),
        "capture": report_messages.capture(told),
        "revisions": report_messages.revisions(told, read),
        "metrics": metrics(incident).model_dump(),
        "timeline": timeline(own, read),
        "roles_at": report_histories.roles_at(incident, read, probes),
    }


def _histories(incident: Incident, read: ReportFormat) -> Report:
    return {
        "state_history": report_histories.states(incident, read),
        "priority_history": report_histories.priorities(incident, read),
        "category_history": report_histories.categories(incident, read),
        "type_history": report_histories.types(incident, read),
        "roles": report_histories.roles(incident, read),
    }


def _work(incident: Incident, read: ReportFormat) -> Report:
    return {
        "escalations": report_work.escalations(incident, read),
        "containment": report_work.containment(incident, read),
        "temporary_fixes": report_work.temporary_fixes(incident, read),
        "workarounds": [one.text for one in incident.workarounds],
        "third_party_cases": report_outside.third_party_cases(incident),
        "links": report_work.links(incident),
        "actions": report_work.actions(incident, read),
        "resolution": report_work.resolution(incident, read),
        "validation": report_work.validation(incident, read),
    }


def _refusals(entries: Iterable[Entry], read: ReportFormat) -> list[Report]:
    return [
        {
            "at": moment(entry.recorded_at),
            "by": read.who(entry.by),
            "intent": entry.fact.intent,
            "code": entry.fact.code,
            "src": read.source(entry),
        }
        for entry in entries
        if isinstance(entry.fact, Refused)
    ]
