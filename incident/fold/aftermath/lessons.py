"""How lessons, corrective actions and the sign-off change the incident."""

from __future__ import annotations

from incident.entries.aftermath.lessons import (
    CorrectiveActionChecked,
    CorrectiveActionDone,
    CorrectiveActionDropped,
    CorrectiveActionMoved,
    CorrectiveActionOpened,
    LessonLearned,
    OutcomeSigned,
    ResourcesAnswered,
    ResourcesAsked,
    SignOffAsked,
)
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.response.after_incident import CorrectiveAction, Lesson, ResourceRequest, SignOff


def lesson_learned(incident: Incident, entry: Entry, fact: LessonLearned) -> Change:
    """Add the lesson."""
    lesson = Lesson(n=entry.n, by=entry.by, **fact.model_dump())
    return _with(incident, lessons=(*incident.aftermath.lessons, lesson))


def corrective_action_opened(incident: Incident, entry: Entry, fact: CorrectiveActionOpened) -> Change:
    """Add the corrective action."""
    at = entry.recorded_at
    action = CorrectiveAction(n=entry.n, opened_at=at, assigned_at=at, assigned_by=entry.by, **fact.model_dump())
    return _with(incident, actions=(*incident.aftermath.actions, action))


def corrective_action_moved(incident: Incident, entry: Entry, fact: CorrectiveActionMoved) -> Change:
    """Set owner and due date; the reminders start again."""
    change = {"owner": fact.owner, "due_at": fact.due_at, "assigned_at": entry.recorded_at, "assigned_by": entry.by}
    return _changed(incident, fact.id, change)


def corrective_action_done(incident: Incident, entry: Entry, fact: CorrectiveActionDone) -> Change:
    """End the action as done; whether it works is open."""
    change = {"done_at": entry.occurred_at, "evidence": fact.evidence, "check_at": fact.check_at}
    return _changed(incident, fact.id, {**change, "checked_at": None, "works": None, "check": None})


def corrective_action_checked(incident: Incident, entry: Entry, fact: CorrectiveActionChecked) -> Change:
    """Set whether the action works; one that does not is open again."""
    change: dict[str, object] = {"checked_at": entry.occurred_at, "works": fact.works, "check": fact.text}
    if not fact.works:
        change |= {"done_at": None, "check_at": None, "assigned_at": entry.recorded_at}
        change |= {"due_at": fact.due_at} if fact.due_at else {}
    return _changed(incident, fact.id, change)


def corrective_action_dropped(incident: Incident, entry: Entry, fact: CorrectiveActionDropped) -> Change:
    """End the action as dropped."""
    change = {"dropped_at": entry.occurred_at, "dropped_by": entry.by, "dropped_because": fact.reason}
    return _changed(incident, fact.id, change)


def sign_off_asked(incident: Incident, entry: Entry, fact: SignOffAsked) -> Change:
    """Ask for the sign-off, also where one was given for what was closed before."""
    return _with(incident, sign_off=SignOff(due_at=fact.due_at, asked_at=entry.recorded_at, asked=fact.by))


def outcome_signed(incident: Incident, entry: Entry, fact: OutcomeSigned) -> Change:
    """Set who signed off the outcome."""
    signed = {"by": entry.by, "at": entry.recorded_at, "n": entry.n, "text": fact.text}
    return _with(incident, sign_off=incident.aftermath.sign_off.model_copy(update=signed))


def resources_asked(incident: Incident, entry: Entry, fact: ResourcesAsked) -> Change:
    """Add the request."""
    asked = ResourceRequest(n=entry.n, id=fact.id, text=fact.text, by=entry.by, at=entry.occurred_at)
    return _with(incident, resources=(*incident.aftermath.resources, asked))


def resources_answered(incident: Incident, entry: Entry, fact: ResourcesAnswered) -> Change:
    """Set the answer to the request, and whose it is."""
    change = {"granted": fact.granted, "answer": fact.text, "answered_by": entry.by, "answered_at": entry.occurred_at}
    return _with(
        incident,
        resources=tuple(
            one.model_copy(update={**change, "answered_n": entry.n}) if one.id == fact.id else one
            for one in incident.aftermath.resources
        ),
    )


def _changed(incident: Incident, action: str, change: dict[str, object]) -> Change:
    actions = tuple(one.model_copy(update=change) if one.id == action else one for one in incident.aftermath.actions)
    return _with(incident, actions=actions)


def _with(incident: Incident, **change: object) -> Change:
    return {"aftermath": incident.aftermath.model_copy(update=change)}
