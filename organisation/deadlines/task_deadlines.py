"""Deadlines of tasks: who is reminded of each, and when. Pure; the prompts are chosen as an incident's are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.due_deadlines import due_prompts, next_prompt
from incident.entries.delivery import PromptDue
from organisation.fold.task_changes import PROMPT
from organisation.model.organisation import Organisation
from organisation.model.task_state import Task
from roles.person_ids import PersonId

_DAY: Final = timedelta(days=1)
_BEFORE: Final = 3 * _DAY
_AFTER: Final = 3 * _DAY
_ESCALATED_AFTER: Final = 7 * _DAY
_REPEAT: Final = 7 * _DAY
CanBeAsked = Callable[[PersonId, Task], bool]


def task_deadlines(
    organisation: Organisation, manager: PersonId | None, can_be_asked: CanBeAsked = lambda person, task: True
) -> tuple[Deadline, ...]:
    """Return the deadline of every open task.

    Its owner is reminded when another person assigns it, at half of its time, three days before it is due, when it is due
    and three days later; after seven days the manager is asked too; then both every seven days. Where the owner cannot be
    asked any more, the manager is, else who opened it. `can_be_asked` says who may be asked for a task.
    """
    return tuple(_deadline(task, manager, can_be_asked) for task in organisation.tasks)


def prompts(
    organisation: Organisation, manager: PersonId | None, at: datetime, can_be_asked: CanBeAsked
) -> tuple[PromptDue, ...]:
    """Return the reminders that are due at `at` (UTC) and were not sent."""
    return due_prompts(task_deadlines(organisation, manager, can_be_asked), organisation, at, next_prompt)


def next_at(organisation: Organisation, manager: PersonId | None, at: datetime) -> datetime | None:
    """Return when the next reminder is due (UTC), never before `at`; None for never."""
    asked = {prompted.due: prompted for prompted in organisation.prompted}
    moments = [next_prompt(thing, asked.get(thing.key)) for thing in task_deadlines(organisation, manager)]
    known = [moment for moment in moments if moment is not None]
    return max(min(known), at) if known else None


def _deadline(task: Task, manager: PersonId | None, can_be_asked: CanBeAsked) -> Deadline:
    found = [who for who in (task.owner, manager, task.opener) if who is not None and can_be_asked(who, task)]
    owner = each_once(*found[:1])
    moments = {task.assigned_at} if task.assigned_by != task.owner else set()
    half = task.assigned_at + (task.due_at - task.assigned_at) / 2
    moments |= {at for at in (half, task.due_at - _BEFORE) if at > task.assigned_at}
    moments |= {task.due_at, task.due_at + _AFTER}
    steps = [PromptStep(at, PROMPT, owner) for at in sorted(moments)]
    both = each_once(*owner, manager if manager is not None and can_be_asked(manager, task) else None)
    steps.append(PromptStep(task.due_at + _ESCALATED_AFTER, PROMPT, both))
    return Deadline(key_of(PROMPT, task.id, task.due_at), task.due_at, tuple(steps), _REPEAT, about=task.id)
