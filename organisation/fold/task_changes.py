"""How facts about tasks change the organisation."""

from __future__ import annotations

from typing import Final

from incident.entries.delivery import PromptDue
from incident.entry import Entry
from incident.fold import delivery
from incident.fold.change import Change
from organisation.entries.task_changes import TaskDone, TaskMoved, TaskOpened, TaskWithdrawn
from organisation.fold import schedule_reminders
from organisation.model.organisation import Organisation
from organisation.model.task_state import Task

# So many ended tasks stay in the state: lists and messages show them. All of them stay in the chain.
MOST_FINISHED: Final = 50
PROMPT: Final = "task"


def task_opened(organisation: Organisation, entry: Entry, fact: TaskOpened) -> Change:
    """Add the task."""
    task = Task(
        id=fact.id,
        kind=fact.task_kind,
        text=fact.text,
        owner=fact.owner,
        due_at=fact.due_at,
        incident=fact.incident,
        opened_by=entry.n,
        opener=entry.by,
        opened_at=entry.occurred_at,
        assigned_by=entry.by,
        assigned_at=entry.occurred_at,
    )
    return {"tasks": (*organisation.tasks, task), "opened_tasks": organisation.opened_tasks + 1}


def task_moved(organisation: Organisation, entry: Entry, fact: TaskMoved) -> Change:
    """Set owner and due date. The reminders start again; one who becomes the owner gets one at once."""
    update: dict[str, object] = {"due_at": fact.due_at, "escalated_to": None, "assigned_at": entry.occurred_at}
    changed = tuple(
        one.model_copy(
            update=update | ({"assigned_by": entry.by, "owner": fact.owner} if fact.owner != one.owner else {})
        )
        if one.id == fact.id
        else one
        for one in organisation.tasks
    )
    return {"tasks": changed, "prompted": _without(organisation, fact.id)}


def task_done(organisation: Organisation, entry: Entry, fact: TaskDone) -> Change:
    """End the task as done."""
    return _ended(organisation, entry, fact.id, {"done_at": entry.occurred_at, "evidence": fact.evidence})


def task_withdrawn(organisation: Organisation, entry: Entry, fact: TaskWithdrawn) -> Change:
    """End the task without its being done."""
    return _ended(organisation, entry, fact.id, {"withdrawn_at": entry.occurred_at})


def prompt_due(organisation: Organisation, entry: Entry, fact: PromptDue) -> Change:
    """Set who was prompted last for a deadline; asked beside the owner, a manager is who the task was escalated to."""
    change = delivery.prompt_due(schedule_reminders.without_past(organisation, entry.recorded_at), entry, fact)
    kind, _, rest = fact.due.partition(":")
    task = organisation.task(rest.partition(":")[0]) if kind == PROMPT else None
    others = [who for who in fact.asked if task is not None and who != task.owner]
    if task is None or not others:
        return change
    escalated = task.model_copy(update={"escalated_to": others[-1]})
    return {**change, "tasks": tuple(escalated if one is task else one for one in organisation.tasks)}


def _ended(organisation: Organisation, entry: Entry, task: str, how: dict[str, object]) -> Change:
    update = {**how, "ended": entry.n}
    ended = tuple(one.model_copy(update=update) for one in organisation.tasks if one.id == task)
    return {
        "tasks": tuple(one for one in organisation.tasks if one.id != task),
        "finished": (*organisation.finished, *ended)[-MOST_FINISHED:],
        "prompted": _without(organisation, task),
    }


def _without(organisation: Organisation, task: str) -> tuple[object, ...]:
    """Return the open prompts without those about a task."""
    return tuple(one for one in organisation.prompted if not one.due.startswith(f"{PROMPT}:{task}:"))
