"""One incident inside a transaction: its overdue deadlines, the entries of this transaction, and their effects.

Knows the order of these steps, for every entry point. Knows no verb and no content of the policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from incident.deadlines import due_deadlines, missed_deadlines, update_slots
from incident.effects import affected_surfaces, effects, subscriber_notices
from incident.effects.job_keys import key_of, timer_job
from incident.entries.conversation import Redacted
from incident.entries.integrity import ClockSetBack
from incident.entries.lifecycle import StateChanged
from incident.entry import Entry, EntryPoint, Fact, IncidentKey, NewEntry, Source
from incident.fold import fold
from incident.jobs import LATER, Job, JobKind
from incident.model.incident import Incident
from incident.model.state_transitions import may_follow
from incident.policy import Policy
from incident.ports import UnitOfWork
from incident.rules.responders import attendance
from incident.rules.responders.first_call import first_call
from roles.person_ids import MUSTER

CLOCK_TOLERANCE: Final = timedelta(minutes=1)


class IncidentSession:
    """Changes one incident: load, `record_overdue`, `apply` new entries, then `flush` projection, jobs and timer.

    `now` is the time of the request, by which jobs run; `at` is that or, within the tolerance, the time of the last entry.
    """

    def __init__(self, unit: UnitOfWork, key: IncidentKey, policy: Policy, at: datetime) -> None:
        self.unit = unit
        self.key = key
        self.policy = policy
        self.before = unit.load(key)
        self.incident = self.before
        self.now = at
        self.ahead = max(self.before.last_entry_at - at, timedelta()) if self.before else timedelta()
        # Requests overtake each other, and the clocks of replicas differ a little; a clock that was set back is told.
        self.at = at + self.ahead if self.ahead <= CLOCK_TOLERANCE else at
        self.entries: list[Entry] = []
        self.gives_way = False

    def record(self, new: Sequence[NewEntry]) -> Sequence[Entry]:
        """Append entries and fold them. A redaction deletes the text of the entries that it names."""
        if not new:
            return ()
        self._check_transitions(new)
        added = self.unit.append(self.key, new, self.at)
        self.entries.extend(added)
        for entry in added:
            self.incident = fold.apply(self.incident, entry)
        self._rewrite(added)
        return added

    def record_overdue(self, *, with_absences: bool = False) -> None:
        """Record that the clock was set back, if it was; then, one by one, the deadlines that have passed unmet.

        With absences it first records who cannot be asked any more by the directory, so that no deadline asks them.
        """
        if self.ahead > CLOCK_TOLERANCE:
            self.apply([self.by_muster(ClockSetBack(seconds=round(self.ahead.total_seconds())))])
            self.ahead = timedelta()
        if with_absences and self.incident is not None:
            found = attendance.changes(self.incident, self.unit.person)
            self.apply([self.by_muster(fact) for fact in found])
        while self.incident is not None:
            missed = missed_deadlines.missed(self.incident, self.policy, self.at)
            if not missed:
                return
            self.record(missed)

    def apply(self, new: Sequence[NewEntry]) -> Sequence[Entry]:
        """Record entries, and after them the updates that are owed now and the page of who is on call. Return the former."""
        before = self.incident
        added = self.record(new)
        if added and self.incident is not None:
            source = added[-1].source
            followed = update_slots.follow(before, self.incident, added, self.policy, self.at)
            self.record([self.by_muster(fact, source) for fact in followed])
            call = first_call(before, self.incident, added, self.policy, self.unit.person)
            self.record([self.by_muster(call, source)] if call else [])
        return added

    def prompt(self) -> None:
        """Record the prompts that are due now."""
        if self.incident is not None:
            self.record([self.by_muster(fact) for fact in due_deadlines.prompts(self.incident, self.policy, self.at)])

    @property
    def number(self) -> str | None:
        """The incident's display number, once it is declared."""
        return self.incident.number if self.incident else None

    def by_muster(self, fact: Fact, source: Source | None = None, happened_at: datetime | None = None) -> NewEntry:
        """Return a new entry by Muster itself, of now or of an earlier time."""
        happened_at = min(happened_at or self.at, self.at)
        return NewEntry(
            fact=fact, by=MUSTER, occurred_at=happened_at, source=source or Source(surface=EntryPoint.TIMER)
        )

    def flush(self) -> None:
        """Save the projection, enqueue the jobs of the new entries, and set the timer of the next deadline."""
        if self.incident is None:
            return
        jobs: list[Job] = []
        if self.entries:
            self.unit.project(self.incident)
            jobs += effects.effects(self.before, self.incident, self.entries, self.policy, self.now)
            jobs += self._every_home(self.incident)
            jobs += self._notices(self.incident)
            self.unit.cancel(effects.needless(self.key, self.entries))
        if self.gives_way:
            jobs = [job.model_copy(update={"rank": LATER}) for job in jobs]
        self.unit.enqueue([*jobs, *self._timer(self.incident)], self.now)

    def _every_home(self, incident: Incident) -> Sequence[Job]:
        """Return a refresh of every Home tab that was drawn, where a title changed that any of them may show."""
        if not affected_surfaces.is_renamed(self.before, incident):
            return ()
        soon = self.now + affected_surfaces.DEBOUNCE
        return affected_surfaces.home_refreshes(self.key.team, self.unit.home_viewers(self.key.team), soon)

    def _notices(self, incident: Incident) -> Sequence[Job]:
        """Return the direct messages to people who subscribed to such an incident."""
        found = subscriber_notices.change(self.before, incident, self.entries)
        return subscriber_notices.notices(incident, found, self.unit.subscriptions(self.key.team)) if found else ()

    def _check_transitions(self, new: Sequence[NewEntry]) -> None:
        """Check changes of state against the lifecycle: a verb that breaks it has a bug, and records nothing."""
        for change in (entry.fact for entry in new if isinstance(entry.fact, StateChanged)):
            if not may_follow(change.old, change.new):
                raise RuntimeError(f"{change.new} may not follow {change.old}")

    def _timer(self, incident: Incident) -> Sequence[Job]:
        next_at = due_deadlines.next_at(incident, self.policy, self.now)
        if next_at is None:
            self.unit.cancel([key_of(JobKind.TIMER, self.key)])
            return ()
        return (timer_job(self.key, next_at),)

    def _rewrite(self, added: Sequence[Entry]) -> None:
        """Delete the text that was redacted. After that, and after an act that was undone, the chain is folded again."""
        numbers = [n for entry in added if isinstance(entry.fact, Redacted) for n in entry.fact.entries]
        if numbers:
            self.unit.delete_text(self.key, numbers)
        if numbers or fold.undone_by(added):
            self.incident = fold.fold(self.unit.unmasked().entries(self.key))
