"""The reminder of a task to one person: what is due, and how it reads once the task is done, moved or snoozed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack.surfaces.prompt_message import AskContext
from organisation.model.task_state import Task
from roles.person_ids import PersonId


@dataclass(frozen=True, kw_only=True)
class ReminderContext(AskContext):
    """The context of the template of a reminder; `person` reads it."""

    task: Task
    person: PersonId

    @property
    def template(self) -> str:
        """Its template."""
        return f"slack/reminders/{self.prompt.ask}.j2"

    @property
    def asks(self) -> bool:
        """True unless the message has asked the person for another task before."""
        return self.person not in self.named

    @property
    def is_new(self) -> bool:
        """True if another person made it the reader's task."""
        return self.task.assigned_by != self.person
