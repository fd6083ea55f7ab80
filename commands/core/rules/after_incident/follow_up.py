"""What an incident leaves to do: who owns it and by when, tasks in the workspace chain, and what closing asks for."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from commands.core.preconditions import refuse_short, refuse_unless_person
from commands.core.verb import DatedFact, Decided, DecisionContext, OpensTask
from incident.entries.aftermath.lessons import SignOffAsked
from incident.entries.aftermath.reviews import RcaOpened, RecurrenceSeen
from incident.entries.lifecycle import Declared
from incident.entry import Fact
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch
from incident.model.response.after_incident import CorrectiveAction
from incident.policy import Policy
from incident.refusal import Code, Refusal
from incident.rules.business_days import after_business_days
from incident.rules.short_ids import is_meant
from incident.rules.visibility import may_see
from incident.states import VOID
from organisation.entries.task_changes import TaskKind, TaskOpened
from roles.person_ids import MUSTER, PersonId, person_named, slack_user

ACTION_PREFIX = "CA"
LESSON_PREFIX = "L"
_MOST_READ = 100
_LEAST_REASON = 15


@dataclass(frozen=True)
class DefaultDue:
    """A due date that no one gave: the policy's."""

    of: str = "policy"


def needed(text: str | None, reason: str, action: str = "") -> str:
    """Return a text without spaces around it. Refuses none."""
    stripped = (text or "").strip()
    if not stripped:
        raise Refusal(Code.MISSING_FIELDS, reason, "text", id=action)
    return stripped


_BECAUSE = re.compile(r"(?i)^because[:,]?\s+")


def refuse_owner(owner: PersonId, now: DecisionContext) -> None:
    """Refuse an owner who cannot be reminded in Slack, or may not see the incident."""
    refuse_unless_person(now, owner, "owner")
    if slack_user(owner) is None:
        raise Refusal(Code.NOT_A_RESPONDER, "task_owner_outside", "owner")
    if not may_see(now.open, owner):
        raise Refusal(Code.NOT_AUTHORISED, "task_owner_unseen", "owner", owner=owner)


def refuse_past(due: datetime, now: DecisionContext) -> None:
    """Refuse a due date that has passed."""
    if due <= now.at:
        raise Refusal(Code.BAD_VALUE, "task_due_past", "due")


def action_meant(typed: str | None, now: DecisionContext) -> CorrectiveAction:
    """Return the corrective action that is meant."""
    actions = now.open.aftermath.actions
    found = next((one for one in actions if is_meant(typed or "", one.id, ACTION_PREFIX)), None)
    if found is None:
        raise Refusal(Code.STATE, "cap_unknown", "id", id=typed or "")
    return found


def drop_reason(typed: str | None) -> str:
    """Return why a corrective action is dropped, without the word `because` before it. Refuses a short one."""
    reason = _BECAUSE.sub("", (typed or "").strip())
    refuse_short(reason, _LEAST_REASON, "cap_drop_why", "text")
    return reason


def lesson_meant(typed: str | None, now: DecisionContext) -> str | None:
    """Return the id of the lesson that is meant, None for none."""
    if typed is None:
        return None
    found = next((one for one in now.open.aftermath.lessons if is_meant(typed, one.id, LESSON_PREFIX)), None)
    if found is None:
        raise Refusal(Code.STATE, "lesson_unknown", "lesson", id=typed)
    return found.id


def asked_at_closing(now: DecisionContext) -> tuple[Decided, ...]:
    """Return what the closing of a major incident asks for: the cause, the sign-off, the review of the policy (S2-21, S2-43, S2-45)."""
    incident, rules = now.open, now.policy.after
    if not incident.major or incident.drill:
        return ()
    found: list[Decided] = []
    rca = incident.aftermath.rca
    if rca is None or (rca.due_at is None and rca.is_open):
        due_at = after_business_days(now.happened_at, rules.rca_days(incident.priority), now.policy.work_hours)
        found.append(DatedFact(RcaOpened(due_at=due_at, why="major"), by=MUSTER))
    signers = _signers(now.policy, now.team, incident)
    if rules.sign_off_business_days is not None and signers:
        due_at = after_business_days(now.happened_at, rules.sign_off_business_days, now.policy.work_hours)
        found.append(DatedFact(SignOffAsked(due_at=due_at, by=signers), by=MUSTER))
    return (*found, *_policy_review(now))


def recurrence(declared: Declared, now: DecisionContext) -> tuple[Decided, ...]:
    """Return that an incident which is declared now recurs, and the analysis that it asks for; drills never do (S2-31).

    Restricted incidents are not counted: their service and category are theirs.
    """
    rules = now.policy.after.recurrence
    if not rules.count or declared.drill:
        return ()
    since = now.at - timedelta(days=rules.days)
    search = IncidentSearch(service=declared.service if "service" in rules.by else None, since=since)
    earlier = [
        one for one in now.reader.newest(now.team, search, limit=_MOST_READ) if _is_alike(one, declared, rules.by)
    ]
    if len(earlier) + 1 < rules.count:
        return ()
    due_at = after_business_days(now.at, now.policy.after.rca_days(None), now.policy.work_hours)
    numbers = tuple(one.number for one in reversed(earlier))
    facts: tuple[Fact, ...] = (
        RecurrenceSeen(numbers=numbers, days=rules.days),
        RcaOpened(due_at=due_at, why="recurrence"),
    )
    return tuple(DatedFact(fact, by=MUSTER) for fact in facts)


def _is_alike(incident: Incident, declared: Declared, by: Collection[str]) -> bool:
    if incident.restricted or incident.drill or incident.state in VOID:
        return False
    return all(getattr(incident, one) == getattr(declared, one) for one in by)


def _signers(policy: Policy, team: str, incident: Incident) -> tuple[PersonId, ...]:
    """Return the people who sign off an incident, as far as the policy names them and they may see it."""
    members = (member for group in policy.authority.sign_off for member in policy.groups.get(group, ()))
    found = (person_named(team, member) for member in members)
    return tuple(dict.fromkeys(one for one in found if one is not None and slack_user(one) and may_see(incident, one)))


def _policy_review(now: DecisionContext) -> tuple[OpensTask, ...]:
    """Return the task to review the policy after a major incident, for the owner of the policy where it names one."""
    owner = person_named(now.team, now.policy.people.policy_owner)
    if owner is None or not may_see(now.open, owner):
        return ()
    due_at = after_business_days(now.at, now.policy.after.policy_review_business_days, now.policy.work_hours)
    text = f"Review the incident policy after {now.open.number}: did it fit?"
    return (OpensTask(task_of(TaskKind.POLICY_REVIEW, text, owner, due_at, now.open.number)),)


def task_of(kind: TaskKind, text: str, owner: PersonId, due_at: datetime, number: str) -> TaskOpened:
    """Return a task from an incident; its id is given when it is recorded."""
    return TaskOpened(id="", task_kind=kind, text=text, owner=owner, due_at=due_at, incident=number)
