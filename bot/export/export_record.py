"""The record of an export: the incident report, with a header, the calls, the evidence and who was in the channel.

docs/reference/record.schema.json is its schema (S1-45, S1-75).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.export.after.after_record import after_record
from bot.export.document import document_report
from bot.export.outside.affected_rows import affected_rows, outside_notice_rows, screening_rows
from bot.export.outside.alert_rows import alert_rows
from bot.export.outside.pack_files import pack_rows
from bot.export.reader_names import Names
from bot.rendering.renderer import Renderer
from incident.entries.conversation import Joined, Left
from incident.entries.delivery import PageAttempted
from incident.entries.lifecycle import Declared
from incident.entries.status_updates import UpdateDelivered
from incident.entry import Entry
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.model.outside_records import EvidenceItem
from incident.model.response.analysis import Finding, Recovery
from incident.model.response.containment import Containment
from incident.outside.regimes import RegimeBook
from incident.report.report_format import maybe, moment
from incident.report.report_histories import with_classes
from incident.rules.responders.call_pages import page_of_call
from roles.person_ids import PersonId


def export_record(
    entries: Sequence[Entry],
    incident: Incident,
    *,
    as_of: datetime,
    names: Names,
    render: Renderer,
    copies: Mapping[int, str] | None = None,
    forms: RegimeBook,
) -> dict[str, Any]:
    """Return the record as JSON-ready data. `incident` is folded from these entries, its texts readable.

    `copies` are the names of the files of evidence in the export, by the entry that secured each. `forms` are those of the
    reports today.
    """
    report = document_report(entries, as_of=as_of, names=names, render=render)
    return {
        "header": _header(entries, incident, names),
        **report,
        "priority_history": with_classes(report["priority_history"], incident),
        "calls": [_call(one, names, attempt_rows(one.n, incident, entries)) for one in incident.escalations],
        "deliveries": delivery_rows(entries),
        "evidence": [_evidence(one, names, (copies or {}).get(one.n)) for one in incident.evidence],
        "alerts": alert_rows(incident),
        "affected": affected_rows(incident, names),
        "screenings": screening_rows(incident, names),
        "outside_notices": outside_notice_rows(incident, names),
        "packs": pack_rows(entries, incident, names, forms),
        "after": after_record(incident, names),
        **_analysis(incident, names),
        "presence": _presence(entries, names),
    }


def _header(entries: Iterable[Entry], incident: Incident, names: Names) -> dict[str, Any]:
    declared = next(entry for entry in entries if isinstance(entry.fact, Declared))
    return {
        "number": incident.number,
        "title": incident.title,
        "service": incident.service,
        "logged_at": moment(declared.recorded_at),
        "reporter": names(incident.reporter),
        "declared_by": names(declared.by),
        "detection_source": declared.fact.model_dump()["detection_source"],
    }


def attempt_rows(call: int, incident: Incident, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return each attempt to page the person of a call beside Slack, what became of it, and the provider's reason."""
    page = page_of_call(incident, call)
    errors = {entry.n: entry.fact.error for entry in entries if isinstance(entry.fact, PageAttempted)}
    return [
        {
            "entry": one.n,
            "at": moment(one.at),
            "medium": one.medium.value,
            "attempt": one.attempt,
            "outcome": one.outcome,
            "error": errors.get(one.n),
            "ended": one.ended,
            "ended_at": maybe(one.ended_at),
        }
        for one in (page.attempts if page else ())
    ]


def delivery_rows(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return each attempt to deliver an update or its correction: to the channel of its audience, or to a recipient outside Slack."""
    found = ((entry, entry.fact) for entry in entries)
    return [
        {
            "entry": entry.n,
            "at": moment(entry.recorded_at),
            "update": fact.update,
            "audience": fact.audience.value,
            "medium": fact.medium.value,
            "recipient": fact.recipient,
            "attempt": fact.attempt,
            "ref": fact.ref,
            "error": fact.error,
            "number_only": fact.is_bare,
        }
        for entry, fact in found
        if isinstance(fact, UpdateDelivered)
    ]


def _call(call: Escalation, names: Names, attempts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a call with its answer; `response_s` is the time to the answer in seconds, None without one.

    `answered_by` is the medium of an answer from outside Slack.
    """
    answered_at = call.answered_at if call.answer in ("accepted", "declined") else None
    called_at = call.effective_at or call.at
    return {
        "entry": call.n,
        "at": moment(called_at),
        "how": call.how,
        "to": names(call.person) if call.person else call.to,
        "by": names(call.by),
        "reason": call.reason,
        "answer": call.answer,
        "answered_at": maybe(answered_at),
        "answered_by": call.medium.value if call.medium else None,
        "response_s": int((answered_at - called_at).total_seconds()) if answered_at else None,
        "attempts": attempts,
    }


def _evidence(item: EvidenceItem, names: Names, copy: str | None) -> dict[str, Any]:
    """Return an item of the evidence register; `by` secured it and is its first custodian. `file` is its copy in the export."""
    return {
        "entry": item.n,
        "id": item.id,
        "item": item.item,
        "sha256": item.sha256,
        "location": item.place,
        "collected_at": moment(item.collected_at),
        "by": names(item.by),
        "size": item.size,
        "stored": item.stored,
        "not_stored_because": item.not_stored_because,
        "file": copy,
        "custody": [
            {
                "entry": one.n,
                "at": moment(one.at),
                "from": names(one.by),
                "to": names(one.to) if one.to else one.receiver,
                "location": one.location,
                "reason": one.reason,
            }
            for one in item.custody
        ],
    }


def _analysis(incident: Incident, names: Names) -> dict[str, Any]:
    """Return the steps of containment with their undoing, the findings, and the recoveries."""
    return {
        "containment_steps": [_step(one, names) for one in incident.containment],
        "findings": [_finding(one, names) for one in incident.findings],
        "recoveries": [_recovery(one, names) for one in incident.recoveries],
    }


def _step(step: Containment, names: Names) -> dict[str, Any]:
    """Return a step of containment; `undone_by` is the entry that undid it."""
    return {
        "entry": step.n,
        "id": step.id,
        "at": moment(step.effective_at or step.at),
        "term": step.term,
        "text": step.text,
        "by": names(step.by),
        "target": step.target,
        "approved_by": names(step.approved_by) if step.approved_by else None,
        "undo": step.undo,
        "reversible": step.reversible,
        "review_at": maybe(step.review_at),
        "undone_at": maybe(step.undone_at),
        "undone_by": step.undone_by,
    }


def _finding(one: Finding, names: Names) -> dict[str, Any]:
    """Return a finding with its source; `judged_by` is the entry that confirmed or refuted it."""
    return {
        "entry": one.n,
        "id": one.id,
        "at": moment(one.at),
        "text": one.text,
        "by": names(one.by),
        "verified": one.verified,
        "status": one.status,
        "source": one.source,
        "source_evidence": one.evidence,
        "source_entry": one.entry,
        "witness": names(one.witness) if one.witness else None,
        "judged_at": maybe(one.judged_at),
        "judged_by": one.judged_by,
    }


def _recovery(one: Recovery, names: Names) -> dict[str, Any]:
    """Return a recovery; `checked_at` is when it was shown to be clean."""
    return {
        "entry": one.n,
        "id": one.id,
        "at": moment(one.at),
        "method": one.method,
        "text": one.text,
        "by": names(one.by),
        "backup": one.backup,
        "checked_at": maybe(one.checked_at),
        "check_evidence": one.evidence,
    }


def _presence(entries: Iterable[Entry], names: Names) -> list[dict[str, Any]]:
    """Return who was in the channel from when to when, in order; `left_at` is None for who did not leave."""
    stays: list[dict[str, Any]] = []
    here: dict[PersonId, dict[str, Any]] = {}
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, Joined) and fact.who not in here:
            here[fact.who] = {"who": names(fact.who), "joined_at": moment(entry.occurred_at), "left_at": None}
            stays.append(here[fact.who])
        elif isinstance(fact, Left) and fact.who in here:
            here.pop(fact.who)["left_at"] = moment(entry.occurred_at)
    return stays
