"""The reminders to one person of a task or of a gap in a schedule: what is due, and how it reads once that is settled."""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack.surfaces.prompt_message import AskContext
from incident.policy import Policy
from organisation.deadlines.gap_deadlines import Gap
from organisation.model.task_state import Task
from roles.person_ids import PersonId


@dataclass(frozen=True, kw_only=True)
class PersonalReminder(AskContext):
    """What the templates of reminders share; `person` reads it."""

    person: PersonId

    @property
    def template(self) -> str:
        """Its template."""
        return f"slack/reminders/{self.prompt.ask}.j2"

    @property
    def asks(self) -> bool:
        """True unless the message has asked the person for another thing before."""
        return self.person not in self.named


@dataclass(frozen=True, kw_only=True)
class ReminderContext(PersonalReminder):
    """The context of the template of a task's reminder."""

    task: Task

    @property
    def is_new(self) -> bool:
        """True if another person made it the reader's task."""
        return self.task.assigned_by != self.person


@dataclass(frozen=True, kw_only=True)
class GapReminderContext(PersonalReminder):
    """The context of the template of a gap's reminder. `gap` is None once someone is on call then."""

    schedule: str
    services: tuple[str, ...]
    gap: Gap | None


def gap_reminder(common: AskContext, gap: Gap | None, policy: Policy, person: PersonId) -> GapReminderContext:
    """Return the context of the reminder of a gap."""
    schedule = common.prompt.due.partition(":")[2].rpartition(":")[0]
    services = tuple(name for name, one in policy.services.items() if one.schedule == schedule)
    return GapReminderContext(**vars(common), schedule=schedule, services=services, gap=gap, person=person)
