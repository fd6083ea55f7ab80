"""One incident inside a transaction: what has lapsed, what is recorded, what follows from it, and whom to tell.

Knows the order of these steps, for every door alike. Knows nothing of verbs and of what a policy says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incident.deadlines import due_deadlines, missed_deadlines, update_slots
from incident.effects import effects
from incident.entries.conversation import Redacted
from incident.entries.lifecycle import StateChanged
from incident.entry import Entry, EntryPoint, Fact, IncidentKey, NewEntry, Source
from incident.fold import fold
from incident.jobs import LATER, Job, JobKind
from incident.model.incident import Incident
from incident.model.state_transitions import may_follow
from incident.policy import Policy
from incident.ports import UnitOfWork
from roles.person_ids import MUSTER


class IncidentSession:
    """Brings one incident from what it was to what it is after this transaction."""

    def __init__(self, unit: UnitOfWork, key: IncidentKey, policy: Policy, at: datetime) -> None:
        self.unit = unit
        self.key = key
        self.policy = policy
        self.before = unit.load(key)
        self.incident = self.before
        self.at = max(at, self.before.last_entry_at) if self.before else at
        self.entries: list[Entry] = []

    def record(self, drafts: Sequence[NewEntry]) -> Sequence[Entry]:
        """Append drafts and fold them in; what a redaction names loses its words here."""
        if not drafts:
            return ()
        self._check_moves(drafts)
        added = self.unit.append(self.key, drafts, self.at)
        self.entries.extend(added)
        for entry in added:
            self.incident = fold.apply(self.incident, entry)
        self._forget(added)
        return added

    def _check_moves(self, drafts: Sequence[NewEntry]) -> None:
        """Hold every change of state to the lifecycle; a verb that breaks it is a fault of ours and records nothing."""
        for move in (draft.fact for draft in drafts if isinstance(draft.fact, StateChanged)):
            if not may_follow(move.old, move.new):
                raise RuntimeError(f"{move.new} may not follow {move.old}")

    def lapse(self) -> None:
        """Record, one by one, what fell due unmet up to now."""
        while self.incident is not None:
            missed = missed_deadlines.missed(self.incident, self.policy, self.at)
            if not missed:
                return
            self.record(missed)

    def act(self, drafts: Sequence[NewEntry]) -> Sequence[Entry]:
        """Record what somebody did, and after it what follows for the updates that are owed."""
        before = self.incident
        added = self.record(drafts)
        if added and self.incident is not None:
            source = added[-1].source
            followed = update_slots.follow(before, self.incident, added, self.policy, self.at)
            self.record([self.by_muster(fact, source) for fact in followed])
        return added

    def prompt(self) -> None:
        """Record for what somebody is asked now."""
        if self.incident is not None:
            self.record([self.by_muster(fact) for fact in due_deadlines.prompts(self.incident, self.policy, self.at)])

    @property
    def number(self) -> str | None:
        """The incident's display number, once it is declared."""
        return self.incident.number if self.incident else None

    def by_muster(self, fact: Fact, source: Source | None = None, happened_at: datetime | None = None) -> NewEntry:
        """Draft a fact that Muster itself states, of now or of an earlier moment."""
        happened_at = min(happened_at or self.at, self.at)
        return NewEntry(
            fact=fact, by=MUSTER, occurred_at=happened_at, source=source or Source(surface=EntryPoint.TIMER)
        )

    def settle(self) -> None:
        """Store the row, want the jobs that what is new asks for, and the timer of what falls due next."""
        if self.incident is None:
            return
        wanted: list[Job] = []
        if self.entries:
            self.unit.project(self.incident)
            wanted += effects.effects(self.before, self.incident, self.entries, self.policy)
        self.unit.enqueue([*wanted, *self._timer(self.incident)], self.at)

    def _timer(self, incident: Incident) -> Sequence[Job]:
        key = f"timer:{self.key.team}:{self.key.id}"
        next_at = due_deadlines.next_at(incident, self.policy, self.at)
        if next_at is None:
            self.unit.cancel([key])
            return ()
        return (Job(kind=JobKind.TIMER, key=key, incident=self.key, rank=LATER, run_at=next_at),)

    def _forget(self, added: Sequence[Entry]) -> None:
        numbers = [n for entry in added if isinstance(entry.fact, Redacted) for n in entry.fact.entries]
        if numbers:
            self.unit.delete_text(self.key, numbers)
            self.incident = fold.fold(self.unit.unmasked().entries(self.key))
