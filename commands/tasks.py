"""`tasks`: the open tasks that the actor may see, their own first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.incident_by_number import seen_by_actor
from commands.core.rules.organisation.task_list import visible_tasks
from commands.core.verb import DecisionContext, Group, Verb
from organisation.model.task_state import Task

PAGE: Final = 20
_WHICH: Final = (("all", "All"), ("mine", "Mine"))


@dataclass(frozen=True)
class TaskLine:
    """One task; `incident` is the number of its incident if the reader may see that."""

    task: Task
    incident: str | None
    is_overdue: bool


@dataclass(frozen=True)
class TasksView:
    """The first open tasks, and how many follow."""

    lines: tuple[TaskLine, ...]
    more: int
    which: str


class Tasks(Verb):
    """List the open tasks that you may see, yours first: `tasks`, `tasks mine`."""

    name = "tasks"
    aliases = ("task list", "list tasks")
    group = Group.OTHER
    is_query = True
    needs_incident = False

    which: Annotated[Literal["all", "mine"], FormField("Which", Control.CHOICE, leading=True, choices=_WHICH)] = "all"

    def decide(self, now: DecisionContext) -> tuple[()]:
        """Refuse nothing."""
        return ()

    def view(self, now: DecisionContext) -> TasksView:
        """Return the tasks; what the actor may not see is left out without a trace."""
        found = [one for one in visible_tasks(now) if self.which == "all" or now.actor.id == one.owner]
        return TasksView(tuple(_line(one, now) for one in found[:PAGE]), len(found[PAGE:]), self.which)


def _line(task: Task, now: DecisionContext) -> TaskLine:
    incident = seen_by_actor(task.incident, now) if task.incident else None
    return TaskLine(task, incident.number if incident else None, task.due_at < now.at)
