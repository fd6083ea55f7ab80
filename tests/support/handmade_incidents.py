"""Hand-made incidents and situations, and the templates read aloud, for tests of single verbs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from bot.plain_yaml import load_yaml
from bot.rendering.renderer import TEMPLATES, Renderer, VerbContext
from commands.core.request import Actor, Place
from commands.core.verb import DatedFact, DecisionContext, Verb
from incident.entry import Entry, EntryPoint, Fact, IncidentKey, NewEntry, Source
from incident.memory_store import MemoryStore
from incident.model.components import Interval, PriorityItem, Times
from incident.model.incident import Incident
from incident.model.slack_references import SlackPlaces
from incident.policy import Policy
from incident.refusal import Refusal
from incident.states import Priority, State
from roles.person_ids import PersonId
from roles.role_names import Role
from tests.support.clock import T
from tests.support.policies import small_policy

START = T(5)
KEY = IncidentKey("T1", "01JINCIDENT")
CHANNEL = "C100"
ILSE, EVA, ROB, ROSA = (PersonId(f"slack:T1:{user}") for user in ("UILSE", "UEVA", "UROB", "UROSA"))


def later(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def an_incident(state: State = State.ACTIVE, *, priority: Priority = Priority.P2, **changes: Any) -> Incident:
    values: dict[str, Any] = {
        "key": KEY,
        "n": 9,
        "number": "INC-2026-0042",
        "title": "Checkout errors",
        "symptom": "one in five payments fails",
        "service": "checkout",
        "service_owner": ROB,
        "customer_facing": True,
        "type": "it",
        "category": "Application",
        "subcategory": None,
        "owner_group": "checkout",
        "reporter": ROB,
        "detection_source": "monitoring",
        "regimes": (),
        "policy_hash": "0" * 64,
        "state": state,
        "times": Times(detected_at=later(-3), logged_at=START),
        "priorities": (
            PriorityItem(
                at=START,
                impact=1,
                urgency=2,
                priority=priority,
                by=ROB,
                justification="initial",
                commander_minutes=30 if priority in (Priority.P1, Priority.P2) else None,
            ),
        ),
        "roles": (Interval(role=Role.COMMANDER, who=ILSE, since=START),),
        "places": SlackPlaces(channel=CHANNEL),
        "last_entry_at": START,
        **changes,
    }
    return Incident(**values)


HERE = Place(channel=CHANNEL)
TEN_LATER = later(10)


@dataclass
class HandmadeDesk:
    """An incident, what the record holds of it, and who acts in it."""

    incident: Incident | None = field(default_factory=an_incident)
    policy: Policy = field(default_factory=small_policy)
    memory: MemoryStore = field(default_factory=MemoryStore)
    actor: PersonId = ILSE
    groups: frozenset[str] = frozenset({"responder"})
    place: Place = HERE
    at: datetime = TEN_LATER
    occurred_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.incident is not None:
            self.memory.state.rows[self.incident.key] = self.incident

    def holds(self, *facts: Fact, by: PersonId = ROB, at: datetime = START) -> tuple[Entry, ...]:
        """Put facts on the record; return the whole chain."""
        drafts = [NewEntry(fact=f, by=by, occurred_at=at, source=Source(surface=EntryPoint.EVENT)) for f in facts]
        return self.memory.transact(lambda unit: (unit.append(KEY, drafts, at), unit.entries(KEY))[1])

    def now(self) -> DecisionContext:
        return DecisionContext(
            incident=self.incident,
            policy=self.policy,
            policy_hash="0" * 64,
            reader=self.memory.read(lambda reader: reader),
            at=self.at,
            occurred_at=self.occurred_at,
            actor=Actor(id=self.actor, groups=self.groups),
            team="T1",
            place=self.place,
        )

    def does(self, verb: Verb) -> tuple[Any, ...]:
        """Return the facts a verb decides on, without the times of their own."""
        return tuple(f.fact if isinstance(f, DatedFact) else f for f in verb.decide(self.now()))

    def refuses(self, verb: Verb) -> Refusal:
        """Return the refusal of a verb."""
        try:
            verb.decide(self.now())
        except Refusal as refusal:
            return refusal
        raise AssertionError(f"{verb.name} was not refused")

    def _context(self, verb: Verb) -> VerbContext:
        entries = []
        for n, decided in enumerate(verb.decide(self.now()), start=10):
            dated = decided if isinstance(decided, DatedFact) else DatedFact(decided)
            happened_at = dated.occurred_at or self.occurred_at or self.at
            source = Source(surface=EntryPoint.COMMAND)
            entry = Entry(
                key=KEY,
                n=n,
                by=dated.by or self.actor,
                occurred_at=happened_at,
                recorded_at=self.at,
                source=source,
                fact=dated.fact,
            )
            entries.append(entry)
        return VerbContext(self.incident, tuple(entries), self.actor, self.at, view=verb.view(self.now()))

    def said(self, verb: Verb) -> str:
        """Return the line a verb says in the channel."""
        return renderer().said(verb.name, self._context(verb))

    def answer(self, verb: Verb) -> str:
        """Return what the actor reads."""
        return renderer().answer(verb.name, self._context(verb))


@cache
def renderer() -> Renderer:
    return Renderer()


@cache
def sentences() -> dict[str, str]:
    return load_yaml((TEMPLATES / "slack" / "refusals.yaml").read_text(encoding="utf-8"))


def worded(refusal: Refusal) -> str:
    """Return the sentence a refused person reads."""
    return renderer().sentence(sentences()[refusal.reason], **refusal.facts)
