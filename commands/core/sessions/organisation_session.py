"""The organisation inside a transaction: the aggregate of the workspace chain. Knows no verb."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from commands.core.sessions.aggregate_session import AggregateSession
from commands.core.sessions.incident_session import IncidentSession
from incident.deadlines.deadline import Deadline, each_once
from incident.deadlines.due_deadlines import due_prompts, next_prompt
from incident.effects.affected_surfaces import home_refreshes
from incident.entries.delivery import PromptDue
from incident.entry import WORKSPACE, Fact, IncidentKey
from incident.jobs import Job
from incident.policy import Policy
from incident.ports import UnitOfWork
from incident.rules.responders.attendance import unavailability
from organisation.deadlines import event_deadlines, task_deadlines
from organisation.deadlines.schedule_deadlines import schedule_deadlines
from organisation.effects.alert_changes import event_jobs
from organisation.effects.reminders import reminders
from organisation.effects.shift_jobs import people_of, shift_jobs
from organisation.entries.event_changes import EventJudged, EventRepeated
from organisation.entries.shift_changes import SwapLapsed
from organisation.fold.event_changes import PROMPT as EVENT
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.organisation import Organisation
from organisation.model.task_state import Task
from organisation.model.task_visibility import may_read
from roles.person_ids import PersonId, is_external, person_named, slack_user


class OrganisationSession(AggregateSession[Organisation]):
    """Changes what belongs to no single incident. A clock that was set back moves none of its plans: they lie days apart."""

    def __init__(self, unit: UnitOfWork, key: IncidentKey, policy: Policy, at: datetime) -> None:
        super().__init__(ORGANISATION, unit, key, policy, at)
        self._manager = person_named(key.team, policy.people.manager)
        # An incident that the same transaction declares has no row yet by which its number finds it.
        self.declared: dict[str, IncidentKey] = {}

    def record_overdue(self, *, with_absences: bool = False) -> None:
        """Record the swaps that were not answered before their first shift started."""
        offers = self.state.swap_offers if self.state else ()
        lapsed = (one for one in offers if one.lapses_at <= self.at)
        facts = (SwapLapsed(offer=one.n, schedule=one.schedule, from_who=one.by, to=one.to) for one in lapsed)
        self.record([self.by_muster(fact) for fact in facts])

    def due_prompts(self) -> Sequence[Fact]:
        """Return the reminders of tasks, of gaps in schedules and of feeds that fail that are due now."""
        state = self.state or Organisation(key=self.key)
        things = schedule_deadlines(self.policy, self.key.team, self.at, self._can_be_asked)
        return (
            *task_deadlines.prompts(state, self._manager, self.at, self._can_be_asked_for),
            *due_prompts((*things, *self._events(state)), state, self.at, next_prompt),
        )

    def effects(self, after: Organisation) -> Sequence[Job]:
        """Return the reminders to send and to bring up to date, and what people learn of changes of shifts."""
        found = reminders(self.before or Organisation(key=self.key), after, self.entries)
        events = event_jobs(after, self.entries, self._incident_of, self.now)
        return (*found, *shift_jobs(after, self.entries), *events, *self._home_refreshes())

    def next_at(self) -> datetime | None:
        """Return when the next reminder is due or the next swap lapses (UTC)."""
        if self.state is None:
            return None
        reminder = task_deadlines.next_at(self.state, self._manager, self.now)
        lapses = (max(one.lapses_at, self.now) for one in self.state.swap_offers)
        judgement = event_deadlines.next_at(self.state, self.policy, self.key.team, self.now)
        return min((at for at in (reminder, judgement, *lapses) if at is not None), default=None)

    def _home_refreshes(self) -> Sequence[Job]:
        """Return the refreshes of the Home tabs that show a shift or an event which these entries changed."""
        judged = (one.fact.event for one in self.entries if isinstance(one.fact, EventJudged | EventRepeated))
        shown = event_deadlines.people_asked(self.before, tuple(judged)) if self.before else ()
        prompts = (one.fact for one in self.entries if isinstance(one.fact, PromptDue) and one.fact.ask == EVENT)
        changed = each_once(*people_of(self.entries), *shown, *(who for fact in prompts for who in fact.asked))
        viewers = set(self.unit.home_viewers(self.key.team)) if changed else set()
        return home_refreshes(self.key.team, [who for who in changed if who in viewers])

    def _events(self, state: Organisation) -> tuple[Deadline, ...]:
        return event_deadlines.event_deadlines(state, self.policy, self.key.team, self.at, self._can_be_asked)

    def _incident_of(self, number: str) -> IncidentKey | None:
        return self.declared.get(number) or self.unit.find(self.key.team, number=number)

    def _can_be_asked(self, person: PersonId) -> bool:
        is_ours = slack_user(person) is not None and not is_external(person, self.key.team)
        return is_ours and unavailability(self.unit.person(person)) is None

    def _can_be_asked_for(self, person: PersonId, task: Task) -> bool:
        key = self.unit.find(self.key.team, number=task.incident) if task.incident else None
        return self._can_be_asked(person) and may_read(task, person, self.unit.peek(key) if key else None)


def session_of(
    unit: UnitOfWork, key: IncidentKey, policy: Policy, at: datetime
) -> IncidentSession | OrganisationSession:
    """Return the session of a chain: an incident's, or that of the workspace chain."""
    kind = OrganisationSession if key.id == WORKSPACE else IncidentSession
    return kind(unit, key, policy, at)
