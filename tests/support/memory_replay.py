"""Plays a script through the verbs, with the record in memory, and gives the account that comes out.

Knows what each intent of a script means as a verb with fields. Knows no rule of the record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.plain_yaml import load_yaml
from bot.rendering.renderer import Mode, Renderer
from bot.simulation.replay.scenario import Scenario, ScriptEvent
from bot.simulation.replay.scenario_policy import script_policy
from commands.core.capture import Capture, capture, capture_into
from commands.core.request import Actor, Place, Request
from commands.core.run import note_outcome, run, tick
from incident.entries.conversation import GapNoted, Joined, Left, MessageDeleted, MessageEdited, MessagePosted, Reacted
from incident.entries.delivery import ChannelMade
from incident.entry import Entry, EntryPoint, Fact, IncidentKey, Source, workspace_chain
from incident.memory_store import MemoryStore
from incident.ports import Outcome, Person
from incident.report.incident_report import incident_report
from roles.person_ids import MUSTER, PersonId, slack_person

TEAM = "T1"
LOBBY = "C0"
CHANNEL = "C1"
SCENARIOS = Path(__file__).parents[1] / "scenarios"
_PEOPLE = ("to", "who", "assignee", "owner", "approved_by", "reporter")
_VERBS = {
    "declare_major": "major",
    "set_priority": "priority",
    "set_category": "category",
    "set_time": "time",
    "action_done": "done",
    "amend_resolution": "resolve",
    "pir": "review",
}
_FORMS = {
    "tempfix": ("tempfix", {"form": "add"}),
    "tempfix_set": ("tempfix", {"form": "set"}),
    "tempfix_removed": ("tempfix", {"form": "removed"}),
    "unhold": ("hold", {"release": True}),
    "third_party_case": ("vendor", {"form": "case"}),
    "third_party_update": ("vendor", {"form": "update"}),
    "link_none": ("link", {"kind": "none"}),
    "inject": ("drill", {"what": "inject"}),
    "end_drill": ("drill", {"what": "end"}),
    "amend_resolution": ("resolve", {"how": "amend"}),
}


def load(name: str) -> tuple[Scenario, dict[str, Any]]:
    """Read a script of this folder, and the record it expects."""
    raw = load_yaml((SCENARIOS / name).read_text(encoding="utf-8"))
    return Scenario.model_validate(raw), raw


@dataclass
class MemoryReplay:
    """One script being played."""

    scenario: Scenario
    memory: MemoryStore = field(default_factory=MemoryStore)
    number: str | None = None
    key: IncidentKey | None = None
    last: Outcome | None = None
    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    overheard: list[Capture] = field(default_factory=list)

    def __post_init__(self) -> None:
        users = {alias: f"U{alias.upper()}" for alias in self.scenario.people}
        self.policy = script_policy(self.scenario, users)
        self.memory.know(*(Person(id=self.person(alias), name=alias) for alias in users))
        self.order = {event.id: place for place, event in enumerate(self.scenario.events)}
        self.texts = {event.id: event.text for event in self.scenario.events if event.kind == "message"}

    def person(self, alias: str | None) -> PersonId:
        return slack_person(TEAM, f"U{(alias or '').upper()}")

    def ts(self, event_id: str) -> str:
        event = self.scenario.events[self.order[event_id]]
        return f"{int(event.at.timestamp())}.{self.order[event_id]:06d}"

    def play(self) -> list[str]:
        """Play every event; give what went otherwise than a command expected."""
        surprises = []
        for event in self.scenario.events:
            outcome = self.play_one(event)
            if event.kind == "command" and outcome is not None:
                expected = event.expect.code if event.expect else None
                if outcome.code != expected and (event.expect is not None or outcome.code is not None):
                    surprises.append(
                        f"{event.id} {event.intent['name']}: {outcome.code} {outcome.reason} {outcome.facts}"
                    )
        return surprises

    def play_one(self, event: ScriptEvent) -> Outcome | None:
        """Let one event happen."""
        if event.kind == "command":
            return self._command(event, event.intent)
        if event.kind == "reaction" and event.name == "pushpin" and self.key:
            self._pin(event)
        fact = self._heard(event)
        if fact is not None:
            self._hear(event, fact)
        return None

    def _command(self, event: ScriptEvent, intent: dict[str, Any]) -> Outcome:
        verb, fields, occurred_at = self.meant(intent)
        outcome = self._run(event, verb, fields, occurred_at)
        if verb == "declare" and not outcome.is_refused:
            self.number, self.key = outcome.number, outcome.key
            for said in self.overheard:
                capture_into(self.known, said, recorder=self.memory, policy=self.policy, at=event.at)
            self._open_channel(event.at)
        return outcome

    @property
    def known(self) -> IncidentKey:
        """The incident, once it is declared."""
        assert self.key is not None
        return self.key

    def _open_channel(self, now: datetime) -> None:
        made = ChannelMade(channel=CHANNEL, name="inc-1")
        note_outcome(self.known, [made], job="channel", recorder=self.memory, policy=self.policy, at=now)

    def meant(self, intent: dict[str, Any]) -> tuple[str, dict[str, Any], str | None]:
        """Say an intent as a verb with fields, and when it happened if that was earlier."""
        fields = {name: value for name, value in intent.items() if name != "name"}
        occurred_at = fields.pop("occurred_at", None)
        name = intent["name"]
        for one in _PEOPLE:
            if fields.get(one) in self.scenario.people:
                fields[one] = self.person(fields[one])
        verb, more = _FORMS.get(name, (_VERBS.get(name, name), {}))
        if verb == "redact":
            ref = fields["ref"]
            fields["ref"] = f"{self.places[ref]}/{self.ts(ref)}" if ref in self.texts else "no message"
        if "as" in fields:
            fields["as_"] = fields.pop("as")
        return verb, {**fields, **more}, occurred_at

    def _pin(self, event: ScriptEvent) -> Outcome:
        ref = event.ref or ""
        fields = {"channel": self.places[ref], "ts": self.ts(ref)}
        return self._run(event, "pin", fields, None)

    def _run(self, event: ScriptEvent, verb: str, fields: dict[str, Any], occurred_at: str | None) -> Outcome:
        actor = self.scenario.people[event.by or ""]
        request = Request.model_validate(
            {
                "verb": verb,
                "fields": fields,
                "actor": Actor(id=self.person(event.by), groups=frozenset(actor.groups)),
                "team": TEAM,
                "place": Place(number=self.number),
                "source": Source(surface=EntryPoint.COMMAND, channel=CHANNEL, event=event.id),
                "key": event.id,
                "at": event.at,
                "occurred_at": occurred_at,
            }
        )
        return run(request, recorder=self.memory, policy=self.policy, policy_hash="0" * 64)

    def _heard(self, event: ScriptEvent) -> Fact | None:
        who, ref = self.person(event.by), event.ref or event.id
        here = self.places.setdefault(ref, CHANNEL if self.key else LOBBY)
        place = {"channel": here, "ts": self.ts(ref)} if ref in self.texts else {}
        match event.kind:
            case "message":
                return MessagePosted(**place, author=who, text=event.text)
            case "edit":
                edited = f"{int(event.at.timestamp())}.{self.order[event.id]:06d}"
                return MessageEdited(**place, edited_ts=edited, author=who, text=event.text)
            case "delete":
                return MessageDeleted(**place, author=who)
            case "reaction":
                return Reacted(**place, emoji=event.name or "") if self.key else None
            case "join":
                return Joined(channel=CHANNEL, who=who)
            case "leave":
                return Left(channel=CHANNEL, who=who)
            case "outage_start" | "outage_end":
                edge = "begins" if event.kind == "outage_start" else "ends"
                return GapNoted(edge=edge) if self.key else None
        return None

    def _hear(self, event: ScriptEvent, fact: Fact) -> None:
        source = Source(surface=EntryPoint.EVENT, channel=CHANNEL, event=event.id)
        who = self.person(event.by)
        if isinstance(fact, GapNoted):
            note_outcome(self.known, [fact], job=event.id, recorder=self.memory, policy=self.policy, at=event.at)
            return
        said = Capture.model_validate(
            {"team": TEAM, "fact": fact, "by": who, "occurred_at": event.at, "source": source}
        )
        if self.key is not None:
            capture(said, recorder=self.memory, policy=self.policy, at=event.at)
        elif isinstance(fact, MessagePosted | MessageEdited | MessageDeleted):
            self.overheard.append(said)

    def entries(self) -> tuple[Entry, ...]:
        reader = self.memory.read(lambda unit: unit.unmasked())
        assert self.key is not None
        return (*reader.entries(workspace_chain(TEAM)), *reader.entries(self.key))

    def tick(self, now: datetime) -> None:
        """Let fall due what is due."""
        assert self.key is not None
        tick(self.key, recorder=self.memory, policy=self.policy, at=now)

    def account(self, as_of: datetime | None = None) -> dict[str, Any]:
        """Let fall due what is due, and give the account."""
        at = as_of or self.scenario.as_of or self.scenario.events[-1].at
        assert self.key is not None
        self.tick(at)
        aliases = {self.person(alias): alias for alias in self.scenario.people} | {MUSTER: "bot"}
        render = Renderer(Mode.DOCUMENT, names=lambda person: aliases.get(person, person))
        ids = {(self.places.get(event_id), self.ts(event_id)): event_id for event_id in self.texts}
        return incident_report(
            self.entries(),
            as_of=at,
            sentence=lambda entry: render.macro("sentences.j2", entry.fact.kind, entry),
            name=lambda person: aliases.get(person, person),
            source=lambda entry: entry.source.event or "",
            message=lambda channel, ts: ids[(channel, ts)],
            probes=self.scenario.role_probes,
        )
