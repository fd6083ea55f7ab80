"""Which tasks a person may see, and act on. A task of a restricted incident shows only to those who may see the incident."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from commands.core.preconditions import not_authorised, refuse_unless_person
from commands.core.rules.incident_by_number import seen_by_actor
from commands.core.verb import DecisionContext
from incident.entries.conversation import Redacted
from incident.entry import workspace_chain
from incident.frozen import text_fields
from incident.record.masked_view import has_text, is_repeated
from incident.refusal import Code, Refusal
from incident.rules.short_ids import is_meant
from incident.rules.visibility import may_see
from organisation.entries import OWN
from organisation.model.task_state import TASK_PREFIX, Task
from roles.authority import may
from roles.person_ids import PersonId, person_named, slack_user

PREFIX: Final = TASK_PREFIX
LATER: Final = timedelta(days=1)


def visible_tasks(now: DecisionContext) -> tuple[Task, ...]:
    """Return the open tasks that the actor may see: their own first, then by due date."""
    seen = [task for task in now.organisation.tasks if _is_visible(task, now)]
    return tuple(sorted(seen, key=lambda task: (now.actor.id != task.owner, task.due_at, task.opened_by)))


def _known(typed: str | None, now: DecisionContext) -> Task:
    """Return the task that is meant, open or lately ended. One that the actor may not see is refused as unknown."""
    organisation = now.organisation
    known = (*organisation.tasks, *organisation.finished)
    found = next((one for one in known if is_meant(typed or "", one.id, PREFIX)), None)
    if found is None or not _is_visible(found, now):
        raise Refusal(Code.STATE, "task_unknown", "id", id=typed or "")
    return found


def redaction(typed: str | None, reason: str | None, now: DecisionContext) -> Redacted:
    """Return the redaction of every text about a task. Refuses an actor without the authority to redact."""
    task, why = _known(typed, now), needed_text(reason, "task_redact_reason", "reason")
    if not may(now.policy.authority.redact, groups=now.actor.groups, holds=()):
        raise not_authorised("task_redact", now.policy.authority.redact, "id")
    kinds = tuple(fact.kind for fact in OWN.values() if text_fields(fact))
    found = now.reader.unmasked().entries(workspace_chain(now.team), kinds=kinds, after=task.opened_by - 1)
    about = [one for one in found if getattr(one.fact, "id", None) == task.id and has_text(one) and not one.redacted]
    if not about:
        raise Refusal(Code.STATE, "redact_done", "id")
    if is_repeated(about, why):
        raise Refusal(Code.BAD_VALUE, "redact_reason", "reason")
    return Redacted(entry=task.opened_by, entries=tuple(one.n for one in about), reason=why)


def task_meant(typed: str | None, now: DecisionContext) -> Task:
    """Return the open task that is meant."""
    found = _known(typed, now)
    if not found.is_open:
        raise Refusal(Code.STATE, "task_ended", "id", id=found.id)
    return found


def refuse_unless_theirs(task: Task, now: DecisionContext) -> None:
    """Refuse an actor who neither owns nor opened the task, and is not the manager whom the policy names."""
    manager = person_named(now.team, now.policy.people.manager)
    if now.actor.id not in (task.owner, task.opener, manager):
        raise Refusal(Code.NOT_AUTHORISED, "task_not_yours", "id", id=task.id, owner=task.owner)


def refuse_owner(now: DecisionContext, owner: PersonId, number: str | None) -> None:
    """Refuse an owner who cannot be reminded, or may not see the incident that the task is from."""
    refuse_unless_person(now, owner, "owner")
    if slack_user(owner) is None:
        raise Refusal(Code.NOT_A_RESPONDER, "task_owner_outside", "owner")
    key = now.reader.find(now.team, number=number) if number else None
    incident = now.reader.peek(key) if key else None
    if incident is not None and not may_see(incident, owner):
        raise Refusal(Code.NOT_AUTHORISED, "task_owner_unseen", "owner", owner=owner)


def needed_text(text: str | None, reason: str, field: str) -> str:
    """Return a text that is needed; refuse an empty one."""
    if text is None or not text.strip():
        raise Refusal(Code.MISSING_FIELDS, reason, field)
    return text


def postponed_until(due: datetime | None, text: str | None, now: DecisionContext) -> datetime:
    """Return until when a reminder is postponed: the given time, or this time tomorrow. Refuses words that are no time."""
    if text:
        raise Refusal(Code.BAD_VALUE, "task_later_when", "due", given=text)
    until = due or now.at + LATER
    refuse_past(now, until)
    return until


def refuse_past(now: DecisionContext, due: datetime) -> None:
    """Refuse a date that has passed."""
    if due <= now.at:
        raise Refusal(Code.BAD_VALUE, "task_due_past", "due")


def _is_visible(task: Task, now: DecisionContext) -> bool:
    if task.incident is None or (now.actor.limits is None and now.actor.id in (task.owner, task.opener)):
        return True
    return seen_by_actor(task.incident, now) is not None
