"""Chains of entries made by hand: facts in, the folded incident out, with what follows for updates recorded too."""

from __future__ import annotations

from typing import Any

from incident.deadlines import update_slots
from incident.deadlines.missed_deadlines import missed
from incident.entries.lifecycle import Declared, MajorDeclared, StateChanged
from incident.entries.status_updates import StatusUpdatePosted
from incident.entry import Entry, EntryPoint, Fact, IncidentKey, NewEntry, Source
from incident.fold.fold import apply
from incident.frozen import REDACTED, Frozen, text_fields
from incident.model.incident import Incident
from incident.rules.priority_matrix import change
from incident.states import Audience, Priority, State
from roles.person_ids import MUSTER, PersonId
from tests.support.clock import T0, T
from tests.support.policies import two_service_policy

KEY = IncidentKey("T1", "01JINCIDENT")
ADA, BEN, CHI, DEV = (PersonId(f"slack:T1:U{name}") for name in ("ADA", "BEN", "CHI", "DEV"))
INTERNAL, EXEC, CUSTOMER, REGULATOR = Audience
LEVELS = {Priority.P1: (1, 1), Priority.P2: (1, 2), Priority.P3: (2, 2), Priority.P4: (2, 3), Priority.P5: (3, 3)}


def declared(**changes: Any) -> Declared:
    values: dict[str, Any] = {
        "number": "INC-2026-0001",
        "title": "Checkout errors",
        "symptom": "payments fail",
        "service": "checkout",
        "service_owner": None,
        "customer_facing": True,
        "type": "it",
        "category": "Application",
        "subcategory": None,
        "owner_group": "checkout",
        "started_at": T(-10),
        "detected_at": T(-5),
        "reporter": ADA,
        "detection_source": "monitoring",
        "drill": False,
        "restricted": False,
        "provisional": False,
        "regimes": (),
        "policy_hash": "0" * 64,
    }
    return Declared.model_validate({**values, **changes})


class Chain:
    """One incident being recorded: every fact is followed by what it means for updates, as `run` does it."""

    def __init__(self, priority: Priority = Priority.P2, *, at: float = 0, major: bool = False, **changes: Any) -> None:
        self.entries: list[Entry] = []
        self.incident: Incident | None = None
        facts: list[Fact] = [declared(**changes), self._priority(priority), moved(State.LOGGED, State.TRIAGED)]
        if major or priority == Priority.P1:
            facts.append(MajorDeclared(reason="it matters", automatic=False))
        self.add(*facts, at=at)

    @property
    def now(self) -> Incident:
        assert self.incident is not None
        return self.incident

    def _priority(self, priority: Priority) -> Fact:
        impact, urgency = LEVELS[priority]
        old = self.incident.priority if self.incident else None
        return change(two_service_policy(), old, impact=impact, urgency=urgency, justification="because it is so bad")

    def add(self, *facts: Fact, at: float, by: PersonId = ADA, occurred: float | None = None) -> Incident:
        """Let lapse what is due, record the facts together, then what follows from them."""
        self.tick(at)
        happened = T(at if occurred is None else occurred)
        before = self.incident
        added = [self._record(NewEntry(fact=f, by=by, occurred_at=happened, source=_SOURCE), at) for f in facts]
        for follow in update_slots.follow(before, self.now, added, two_service_policy(), T(at)):
            self._record(NewEntry(fact=follow, by=MUSTER, occurred_at=T(at), source=_SOURCE), at)
        return self.now

    def tick(self, at: float) -> Incident | None:
        """Record what fell due unmet."""
        while self.incident is not None and (drafts := missed(self.incident, two_service_policy(), T(at))):
            for draft in drafts:
                self._record(draft, at)
        return self.incident

    def prioritise(self, priority: Priority, at: float) -> Incident:
        return self.add(self._priority(priority), at=at)

    def move(self, *states: State, at: float, occurred: float | None = None) -> Incident:
        """Move through the states, one after the other, at the same moment."""
        for state in states:
            self.add(moved(self.now.state, state), at=at, occurred=occurred)
        return self.now

    def post(
        self,
        audience: Audience,
        at: float,
        *,
        occurred: float | None = None,
        final: bool = False,
        promise: float | None = None,
    ) -> Incident:
        """Post an update, judged as the verb judges it."""
        self.tick(at)
        happened = T(at if occurred is None else occurred)
        fact = StatusUpdatePosted(
            audience=audience,
            text="We are on it.",
            final=final,
            next_update_at=None if promise is None else T(promise),
            **update_slots.match_post(self.now, audience, final=final, happened_at=happened, at=T(at)),
        )
        return self.add(fact, at=at, occurred=occurred)

    def due(self, audience: Audience) -> float | None:
        """Return the minute at which the next update is due."""
        slot = self.now.audience(audience).open
        return None if slot is None else (slot.due_at - T0).total_seconds() / 60

    def judged(self, audience: Audience) -> list[tuple[float, str]]:
        """Return the judged slots: due minute and status."""
        return [((s.due_at - T0).total_seconds() / 60, s.status) for s in self.now.audience(audience).slots]

    def _record(self, draft: NewEntry, at: float) -> Entry:
        entry = Entry(
            key=KEY,
            n=len(self.entries) + 1,
            by=draft.by,
            occurred_at=draft.occurred_at,
            recorded_at=T(at),
            source=draft.source,
            fact=draft.fact,
        )
        self.entries.append(entry)
        self.incident = apply(self.incident, entry)
        return entry


def moved(old: State, new: State) -> StateChanged:
    return StateChanged(old=old, new=new)


_SOURCE = Source(surface=EntryPoint.COMMAND, event="e01")


def but_for_words(value: Any) -> Any:
    """Blank out every field that holds people's words, however deep it lies."""
    if isinstance(value, Frozen):
        words = text_fields(type(value))
        return {name: REDACTED if name in words else but_for_words(one) for name, one in value}
    return [but_for_words(one) for one in value] if isinstance(value, tuple | list) else value
