"""What follows an incident, for the record of an export: meeting, review, root cause, lessons, corrective actions, sign-off."""

from __future__ import annotations

from typing import Any

from bot.export.reader_names import Names
from incident.model.incident import Incident
from incident.model.response.after_incident import CorrectiveAction, WrittenDocument
from incident.report.report_format import maybe, moment
from roles.person_ids import PersonId


def after_record(incident: Incident, names: Names) -> dict[str, Any]:
    """Return it as JSON-ready data. Of a root cause analysis that was never asked for, `rca` is None."""
    after, meeting, sign_off = incident.aftermath, incident.aftermath.meeting, incident.aftermath.sign_off
    return {
        "meeting": None
        if meeting is None
        else {"entry": meeting.n, "at": moment(meeting.at), "attendees": meeting.attendees, "text": meeting.text},
        "review": _document(after.review, names),
        "rca": None if after.rca is None else _document(after.rca, names),
        "lessons": [
            {
                "entry": one.n,
                "id": one.id,
                "text": one.text,
                "target": one.target.value,
                "owner": names(one.owner),
                "due_at": moment(one.due_at),
            }
            for one in after.lessons
        ],
        "corrective_actions": [_action(one, names) for one in after.actions],
        "sign_off": None
        if sign_off.due_at is None and sign_off.at is None
        else {"due_at": maybe(sign_off.due_at), "by": _name(sign_off.by, names), "at": maybe(sign_off.at)},
        "resources": [
            {
                "entry": one.n,
                "id": one.id,
                "text": one.text,
                "by": names(one.by),
                "at": moment(one.at),
                "granted": one.granted,
                "answer": one.answer,
                "answered_by": _name(one.answered_by, names),
                "answered_at": maybe(one.answered_at),
            }
            for one in after.resources
        ],
        "recurrence": list(after.recurrence.numbers) if after.recurrence else [],
    }


def _document(document: WrittenDocument, names: Names) -> dict[str, Any]:
    return {
        "state": document.state.value,
        "due_at": maybe(document.due_at),
        "parts": [{"entry": one.n, "part": one.part.value, "text": one.text} for one in document.parts],
        "authors": [names(one) for one in document.authors],
        "moved_by": _name(document.moved_by, names),
        "moved_at": maybe(document.moved_at),
        "reason": document.reason,
    }


def _action(action: CorrectiveAction, names: Names) -> dict[str, Any]:
    return {
        "entry": action.n,
        "id": action.id,
        "text": action.text,
        "sort": action.sort.value,
        "owner": names(action.owner),
        "due_at": moment(action.due_at),
        "done_at": maybe(action.done_at),
        "evidence": action.evidence,
        "check_at": maybe(action.check_at),
        "works": action.works,
        "lesson": action.lesson,
        "ticket": action.ticket,
        "dropped_at": maybe(action.dropped_at),
        "dropped_because": action.dropped_because,
    }


def _name(person: PersonId | None, names: Names) -> str | None:
    return None if person is None else names(person)
