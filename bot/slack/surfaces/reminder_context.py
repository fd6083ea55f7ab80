"""The reminders to one person of a task or about an on-call schedule: what is due, and how it reads once that is settled."""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack.surfaces.prompt_message import AskContext
from incident.policy import Policy
from organisation.deadlines.feed_deadlines import failing_feeds, feed_key
from organisation.deadlines.gap_deadlines import Gap, gaps_ahead
from organisation.model.event_state import Event
from organisation.model.task_state import Task
from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy


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
class EventReminderContext(PersonalReminder):
    """The context of the template that asks whether an event is an incident."""

    event: Event


@dataclass(frozen=True, kw_only=True)
class ScheduleReminderContext(PersonalReminder):
    """The context of the templates of reminders about a schedule.

    `gap` is the gap while no one is on call then, `feed` the copy while its feed fails; `setting` holds the feed's address.
    """

    schedule: str
    services: tuple[str, ...]
    gap: Gap | None
    feed: FeedCopy | None
    setting: str


def schedule_reminder(common: AskContext, policy: Policy, person: PersonId, team: str) -> ScheduleReminderContext:
    """Return the context of a reminder of a gap or of a feed that fails."""
    due = common.prompt.due
    schedule = due.partition(":")[2].rpartition(":")[0]
    rules = policy.schedules.get(schedule)
    return ScheduleReminderContext(
        **vars(common),
        person=person,
        schedule=schedule,
        services=tuple(name for name, one in policy.services.items() if one.schedule == schedule),
        gap=next((gap for gap in gaps_ahead(policy, team, common.now) if gap.key == due), None),
        feed=next((copy for copy in failing_feeds(policy) if feed_key(copy) == due), None),
        setting=(rules.ical or "") if rules else "",
    )
