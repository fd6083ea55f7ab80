"""One incident inside a transaction: its overdue deadlines, the updates that are owed, its effects.

Knows no verb and no content of the policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from commands.core.sessions.aggregate_session import CLOCK_TOLERANCE, AggregateSession
from incident.deadlines import due_deadlines, missed_deadlines, update_slots
from incident.deadlines.policy_rules import rule_calls, rule_notices
from incident.effects import affected_surfaces, effects, subscriber_notices
from incident.effects.api.webhook_jobs import webhook_jobs
from incident.entries.integrity import ClockSetBack
from incident.entries.lifecycle import StateChanged
from incident.entry import Entry, Fact, IncidentKey, NewEntry, Source
from incident.fold.fold import INCIDENT
from incident.jobs import Job
from incident.model.incident import Incident
from incident.model.state_transitions import may_follow
from incident.policy import Policy
from incident.ports import UnitOfWork
from incident.rules.outside.personal_data import first_mention
from incident.rules.responders import attendance
from incident.rules.responders.call_pages import page_plan
from incident.rules.responders.first_call import first_call, opening_call


class IncidentSession(AggregateSession[Incident]):
    """Changes one incident."""

    def __init__(self, unit: UnitOfWork, key: IncidentKey, policy: Policy, at: datetime) -> None:
        super().__init__(INCIDENT, unit, key, policy, at)

    @property
    def incident(self) -> Incident | None:
        """The incident as it is now; None until it is declared."""
        return self.state

    @property
    def number(self) -> str | None:
        """The incident's display number, once it is declared."""
        return self.state.number if self.state else None

    def record(self, new: Sequence[NewEntry]) -> Sequence[Entry]:
        """Append entries and fold them, each call with how it is paged. A redaction deletes the text of the entries it names."""
        self._check_transitions(new)
        added = super().record(new)
        for entry in added:
            self._plan_page(entry)
        return added

    def _plan_page(self, entry: Entry) -> None:
        """Record how the person of a call is paged, in the commit of the call: their pages are due at once."""
        methods = partial(self.unit.page_methods, self.key.team)
        plan = page_plan(self.state, entry, methods) if self.state is not None else None
        if plan is not None:
            super().record([self.by_muster(plan, entry.source)])

    def record_overdue(self, *, with_absences: bool = False) -> None:
        """Record that the clock was set back, if it was; then, one by one, the deadlines that have passed unmet.

        With absences it first records who cannot be asked any more by the directory, so that no deadline asks them.
        """
        if self.ahead > CLOCK_TOLERANCE:
            self.apply([self.by_muster(ClockSetBack(seconds=round(self.ahead.total_seconds())))])
            self.ahead = timedelta()
        if with_absences and self.state is not None:
            found = attendance.changes(self.state, self.unit.person)
            self.apply([self.by_muster(fact) for fact in found])
        while self.state is not None:
            missed = missed_deadlines.missed(self.state, self.policy, self.at)
            if not missed:
                break
            self.record(missed)
        self._follow_rules()

    def apply(self, new: Sequence[NewEntry]) -> Sequence[Entry]:
        """Record entries, and after them the updates that are owed now and the page of who is on call. Return the former."""
        before = self.state
        added = self.record(new)
        if added and self.state is not None:
            source = added[-1].source
            followed = update_slots.follow(before, self.state, added, self.policy, self.at)
            self.record([self.by_muster(fact, source) for fact in followed])
            call = first_call(before, self.state, added, self.policy, self.unit.person)
            self.record([self.by_muster(call, source)] if call else [])
            mention = first_mention(self.state, added, self.policy)
            self.record([self.by_muster(mention, source)] if mention else [])
            self._follow_rules(source)
        return added

    def due_prompts(self) -> Sequence[Fact]:
        """Return the prompts that are due now."""
        return due_deadlines.prompts(self.state, self.policy, self.at) if self.state else ()

    def effects(self, after: Incident) -> Sequence[Job]:
        """Return the jobs that follow from the entries: also refreshes of Home tabs that may show a changed title, notices, and what webhooks learn."""
        jobs = list(effects.effects(self.before, after, self.entries, self.policy, self.now))
        if affected_surfaces.is_renamed(self.before, after):
            soon = self.now + affected_surfaces.DEBOUNCE
            viewers = self.unit.home_viewers(self.key.team)
            jobs += affected_surfaces.home_refreshes(self.key.team, viewers, soon)
        messages = webhook_jobs(after, self.entries, self.unit.webhooks(self.key.team)) if self.entries else ()
        return [*jobs, *self._notices(after), *messages]

    def needless(self) -> Sequence[str]:
        """Return the keys of the jobs that would post what these entries take back."""
        return effects.needless(self.key, self.entries)

    def next_at(self) -> datetime | None:
        """Return when the next deadline passes or the next prompt is due (UTC)."""
        return due_deadlines.next_at(self.state, self.policy, self.now) if self.state else None

    def _notices(self, incident: Incident) -> Sequence[Job]:
        """Return the direct messages to people who subscribed to such an incident."""
        found = subscriber_notices.change(self.before, incident, self.entries)
        return subscriber_notices.notices(incident, found, self.unit.subscriptions(self.key.team)) if found else ()

    def _follow_rules(self, source: Source | None = None) -> None:
        """Record whom the policy notifies and calls now, and which notices no one confirmed in time."""
        if self.state is None:
            return
        late = rule_notices.missed_notices(self.state, self.at)
        self.record([self.by_muster(fact, source, due_at) for fact, due_at in late])
        due = rule_notices.due_notices(self.state, self.policy, self.at)
        self.record([self.by_muster(fact, source) for fact in due])
        waited = opening_call(self.state, self.policy, self.at, self.unit.person)
        self.record([self.by_muster(waited, source)] if waited else [])
        while found := rule_calls.due_call(self.state, self.policy, self.at, self.unit.person):
            met, call = found
            called = self.record([self.by_muster(call, source)]) if call else ()
            escalation = called[0].n if called else None
            self.record([self.by_muster(met.model_copy(update={"escalation": escalation}), source)])

    def _check_transitions(self, new: Sequence[NewEntry]) -> None:
        """Check changes of state against the lifecycle: a verb that breaks it has a bug, and records nothing."""
        for change in (entry.fact for entry in new if isinstance(entry.fact, StateChanged)):
            if not may_follow(change.old, change.new):
                raise RuntimeError(f"{change.new} may not follow {change.old}")
