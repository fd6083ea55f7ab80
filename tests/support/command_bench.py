"""A desk to run verbs at: the memory store, a policy, people with groups, and a clock that is moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from bot.plain_yaml import load_yaml
from bot.rendering.renderer import TEMPLATES, Renderer, VerbContext
from commands.core import verb_registry
from commands.core.capture import Capture, CapturedFact, capture
from commands.core.fields.field_validation import read_form
from commands.core.request import Actor, Place, Request
from commands.core.run import note_outcome, run, tick
from commands.core.verb import DecisionContext
from incident.entries.conversation import MessagePosted
from incident.entries.delivery import ChannelMade
from incident.entry import Entry, EntryPoint, Fact, IncidentKey, Source
from incident.memory_store import MemoryStore
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Outcome, Person
from roles.person_ids import PersonId, slack_person
from tests.support.clock import T0, T
from tests.support.policies import team_policy

TEAM, CHANNEL = "T1", "C100"
GROUPS = {
    "ilse": {"responder", "major_authority", "closer"},
    "rob": {"responder"},
    "eva": {"responder"},
    "nadia": {"responder"},
    "clerk": set[str](),
    "guest": set[str](),
    "bot": set[str](),
}

_OF_REQUEST = (
    "actor",
    "key",
    "place",
    "drawn_at",
    "occurred_at",
    "can_ask",
    "medium",
    "digest",
    "expected",
    "dedup_key",
)


def who(name: str) -> PersonId:
    return slack_person(TEAM, f"U{name.upper()}")


@cache
def refusals() -> dict[str, str]:
    with (TEMPLATES / "slack" / "refusals.yaml").open(encoding="utf-8") as file:
        sentences: dict[str, str] = load_yaml(file)
    return sentences


@dataclass
class CommandBench:
    """Runs requests against one incident in channel C100, unless told otherwise."""

    memory: MemoryStore = field(default_factory=MemoryStore)
    policy: Policy = field(default_factory=team_policy)
    at: datetime = T0
    place: Place = field(default_factory=lambda: Place(channel=CHANNEL))
    _keys: Any = field(default_factory=count)
    _ask: tuple[Request, Outcome] | None = None

    def __post_init__(self) -> None:
        odd = {"guest": {"is_guest": True}, "bot": {"is_bot": True}}
        self.memory.know(*(Person(id=who(name), name=name.title(), **odd.get(name, {})) for name in GROUPS))

    def do(
        self, verb: str, by: str = "rob", at: float | None = None, form: dict[str, Any] | None = None, **fields: Any
    ) -> Outcome:
        """Run a verb. What `_OF_REQUEST` names is the request's; everything else is a field.

        `form` gives fields whose names are taken by the arguments here.
        """
        self.at = self.at if at is None else T(at)
        mine = {name: fields.pop(name) for name in _OF_REQUEST if name in fields}
        request = Request(
            **{
                "verb": verb,
                "fields": {**fields, **(form or {})},
                "actor": Actor(id=who(by), groups=frozenset(GROUPS.get(by, {"responder"}))),
                "team": TEAM,
                "place": self.place,
                "source": Source(surface=EntryPoint.COMMAND, channel=self.place.channel),
                "key": f"key-{next(self._keys)}",
                "at": self.at,
                **mine,
            }
        )
        outcome = run(request, recorder=self.memory, policy=self.policy, policy_hash="0" * 64)
        self._ask = (request, outcome)
        return outcome

    def declared(self, at: float = 0, **fields: Any) -> CommandBench:
        """Declare an incident on checkout and give it its channel."""
        whole = {"title": "Checkout errors", "service": "checkout", "impact": 1, "urgency": 2, **fields}
        outcome = self.do("declare", at=at, place=Place(channel="CELSEWHERE"), **whole)
        assert outcome.key, outcome
        self.note(outcome.key, ChannelMade(channel=CHANNEL, name="inc-1"))
        return self

    def note(self, key: IncidentKey, *facts: Fact, job: str | None = None) -> Outcome:
        job = job or f"job-{next(self._keys)}"
        return note_outcome(key, facts, job=job, recorder=self.memory, policy=self.policy, at=self.at)

    def says(self, name: str, text: str, at: float, ts: str = "") -> Outcome | None:
        fact = MessagePosted(channel=CHANNEL, ts=ts or f"{T(at).timestamp():.6f}", author=who(name), text=text)
        return self.hears(fact, name, at)

    def hears(
        self,
        fact: CapturedFact,
        name: str,
        at: float,
        happened: float | None = None,
        *,
        surface: EntryPoint = EntryPoint.EVENT,
    ) -> Outcome | None:
        self.at = T(at)
        source = Source(surface=surface, channel=CHANNEL, event=f"Ev{next(self._keys)}")
        said = Capture(
            team=TEAM, fact=fact, by=who(name), occurred_at=T(at if happened is None else happened), source=source
        )
        return capture(said, recorder=self.memory, policy=self.policy, at=self.at)

    def tick(self, at: float) -> Outcome:
        self.at = T(at)
        return tick(self.key, recorder=self.memory, policy=self.policy, at=self.at)

    @property
    def key(self) -> IncidentKey:
        key = self.memory.read(lambda reader: reader.find(TEAM, channel=CHANNEL))
        assert key is not None
        return key

    @property
    def incident(self) -> Incident:
        return self.memory.state.rows[self.key]

    def entries(self, key: IncidentKey | None = None) -> tuple[Entry, ...]:
        return self.memory.state.chains[key or self.key]

    def kinds(self) -> list[str]:
        """Return the kinds of the entries that the last request recorded."""
        return [entry.fact.kind for entry in self._new()]

    def facts(self) -> list[Any]:
        return [entry.fact for entry in self._new()]

    def said(self) -> str:
        """Return the line that the last verb says in the channel."""
        return self._rendered("said")

    def answer(self) -> str:
        """Return what the last actor reads: the verb's answer, or the sentence of the refusal."""
        _, outcome = self._last()
        if outcome.is_refused:
            facts = {"names": "", **dict(outcome.facts)}
            return _renderer().sentence(refusals()[outcome.reason or ""], **facts)
        return self._rendered("answer")

    def _last(self) -> tuple[Request, Outcome]:
        assert self._ask is not None
        return self._ask

    def _new(self) -> tuple[Entry, ...]:
        _, outcome = self._last()
        if outcome.key is None or outcome.first is None or outcome.last is None:
            return ()
        return self.entries(outcome.key)[outcome.first - 1 : outcome.last]

    def _rendered(self, macro: str) -> str:
        request, outcome = self._last()
        incident = self.memory.state.rows.get(outcome.key) if outcome.key else None
        kind = verb_registry.find(request.verb)
        assert kind is not None
        reader = self.memory.read(lambda reader: reader)
        now = DecisionContext.of_request(request, incident=incident, reader=reader, policy=self.policy, at=self.at)
        view = read_form(kind, request.fields).view(now)
        context = VerbContext(incident, self._new(), request.actor.id, self.at, outcome, view)
        read = _renderer().answer if macro == "answer" else _renderer().said
        return read(kind.name, context)


@cache
def _renderer() -> Renderer:
    return Renderer()
