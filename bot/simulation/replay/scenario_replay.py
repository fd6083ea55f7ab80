"""Plays a script on a stage, event by event: what people say, mark and type, at its own times, until all is quiet.

Each intent is acted out by filling and submitting the form of its verb; the typed line is played instead wherever the
grammar reads from it just what the intent means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from bot.grammar.command_parser import parse_command
from bot.simulation.replay.command_text import spelled_out
from bot.simulation.replay.form_input import form_values
from bot.simulation.replay.intents import fields_of, moment, verb_of
from bot.simulation.replay.outage_recovery import OutageRecovery
from bot.simulation.replay.replay_environment import ReplayEnvironment
from bot.simulation.replay.scenario import Scenario, ScriptEvent
from bot.slack.forms.modal import OCCURRED
from commands.core.fields.form_field import Control, form_fields
from commands.core.verb import Verb
from roles.person_ids import PersonId, slack_person
from sandbox.workspace_errors import NotPossibleError

COMMAND: Final = "/inc"
_UNSEEN: Final = frozenset({"alert", "external"})


@dataclass
class ScenarioPlayer:
    """Plays one script. `counts` says how many commands were typed lines and how many were forms.

    `messages` and `channels` give the ts and the channel of each message: what is said before the declaration is said
    where it will be declared, and is changed there later.
    """

    stage: ReplayEnvironment
    scenario: Scenario
    messages: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"lines": 0, "forms": 0, "buttons": 0})
    problems: list[str] = field(default_factory=list)
    outage: OutageRecovery | None = None
    caught_up: dict[str, ScriptEvent] = field(default_factory=dict)

    def play(self) -> None:
        """Play every event at its time, then let pass what is left until the record is read."""
        self.stage.bring_muster(next(iter(self.stage.users.values())))
        for event in self.scenario.events:
            self.stage.pass_until(event.at)
            if self.outage is not None:
                self.outage.events.append(event)
            before = self.stage.last_entries()
            self._act(event)
            self.stage.settle()
            self._note_sources(event, before)
        self.stage.pass_until(self.scenario.read_at)

    def _act(self, event: ScriptEvent) -> None:
        """Act an event out; what this Muster has no way to act out is a problem of the play, not its end."""
        acts = getattr(self, f"_{event.kind}", None)
        try:
            if acts is not None:
                acts(event)
            elif event.kind not in _UNSEEN:
                self.problems.append(f"{event.id}: {event.kind} cannot be played")
        except (LookupError, NotPossibleError) as not_possible:
            self.problems.append(f"{event.id}: {not_possible}")

    def _note_sources(self, event: ScriptEvent, before: dict[str, int]) -> None:
        """Remember which event each new entry came from, by chain and number."""
        if event.kind == "outage_end":
            self._note_outage(before)
            return
        for chain, last in self.stage.last_entries().items():
            for n in range(before.get(chain, 0) + 1, last + 1):
                self.sources[f"{chain}/{n}"] = event.id

    def _note_outage(self, before: dict[str, int]) -> None:
        key, outage, self.outage = self.stage.incident, self.outage, None
        if key is None or outage is None:
            return
        entries = [entry for entry in self.stage.entries(key) if entry.n > before.get(key.id, 0)]
        for n, event in outage.sources(entries).items():
            self.sources[f"{key.id}/{n}"] = event.id
            self.caught_up[f"{key.id}/{n}"] = event

    def _outage_start(self, event: ScriptEvent) -> None:
        self.stage.cut_off()
        self.outage = OutageRecovery(self.messages, [event])

    def _outage_end(self, event: ScriptEvent) -> None:
        self.stage.restore_connections()

    def _message(self, event: ScriptEvent) -> None:
        user, channel = self._at(event)
        self.messages[event.id] = self.stage.sandbox.actor.post(user, channel, event.text)
        self.channels[event.id] = channel

    def _edit(self, event: ScriptEvent) -> None:
        user, channel = self._where(event)
        self.stage.sandbox.actor.edit(user, channel, self._ts(event), event.text)

    def _delete(self, event: ScriptEvent) -> None:
        user, channel = self._where(event)
        self.stage.sandbox.actor.delete(user, channel, self._ts(event))

    def _reaction(self, event: ScriptEvent) -> None:
        user, channel = self._where(event)
        self.stage.sandbox.actor.react(user, channel, self._ts(event), event.name or "")

    def _join(self, event: ScriptEvent) -> None:
        self._at(event)

    def _leave(self, event: ScriptEvent) -> None:
        user, channel = self._at(event)
        self.stage.sandbox.actor.leave(user, channel)

    def _command(self, event: ScriptEvent) -> None:
        if self.outage is not None:
            raise NotPossibleError("nobody is there to take a command")
        user, channel = self._at(event)
        fields = fields_of(event.intent, self._person, self._permalink)
        happened = event.intent.get("occurred_at")
        if happened is not None:
            fields[OCCURRED] = moment(happened).isoformat()
        lines = (*self._lines(event, fields), *self._formless(event, fields))
        line = next((line for line in lines if self._says(line, event, fields)), None)
        if line is not None:
            self.counts["lines"] += 1
            self.stage.slash(user, channel, line)
        else:
            self.counts["forms"] += 1
            self._form(event, user, channel, fields)

    def _lines(self, event: ScriptEvent, fields: dict[str, Any]) -> tuple[str, str]:
        """Give the line of the script, and the one that is nothing but fixed words."""
        verb = verb_of(event.intent["name"])
        leading = [value for name, ask in form_fields(verb).items() if ask.leading and (value := fields.get(name))]
        words = [str(word) for value in leading for word in (value if isinstance(value, list) else [value])]
        return event.text.removeprefix(COMMAND).strip(), " ".join([verb.name, *words])

    def _formless(self, event: ScriptEvent, fields: dict[str, Any]) -> tuple[str, ...]:
        """Give a line that says it all where no form opens for it: of a verb that needs an incident, or a service, there is none."""
        verb = verb_of(event.intent["name"])
        nowhere = verb.needs_incident and self.stage.incident is None
        if not (nowhere or self._is_strange(verb, fields) or (verb.opens_incident and self.stage.incident is not None)):
            return ()
        return (spelled_out(verb, fields, {self._person(alias) or alias: alias for alias in self.stage.users}),)

    def _is_strange(self, verb: type[Verb], fields: dict[str, Any]) -> bool:
        """Tell whether something is meant that no form offers: another service than the catalogue's, another choice."""
        marks, services = form_fields(verb), self.scenario.org.services
        choices = {name: [value for value, _ in ask.choices] for name, ask in marks.items() if ask.choices}
        offered = choices | {name: list(services) for name, ask in marks.items() if ask.control is Control.SERVICE}
        return any(str(fields[name]) not in offered[name] for name in offered if isinstance(fields.get(name), str))

    def _says(self, line: str, event: ScriptEvent, fields: dict[str, Any]) -> bool:
        """Tell whether a typed line alone says what the intent means, no more and no less."""
        verb = verb_of(event.intent["name"])
        reading = parse_command(line, at=event.at, person=self._named, services=tuple(self.scenario.org.services))
        strange = dict(reading.invalid)
        offers = bool(strange) and not (reading.ambiguous or reading.leftover)
        if not line or reading.verb is not verb or not (reading.is_complete or offers):
            return False
        try:
            typed, meant = (
                verb.model_validate({**reading.fields, **strange}),
                verb.model_validate(_without_time(fields)),
            )
        except ValueError:
            return False
        return typed == meant and reading.occurred_at is None and OCCURRED not in fields

    def _form(self, event: ScriptEvent, user: str, channel: str, fields: dict[str, Any]) -> None:
        verb = verb_of(event.intent["name"])
        if not form_fields(verb) and OCCURRED not in fields:
            self.stage.slash(user, channel, verb.name)
            return
        view = self.stage.open_form(user, channel, verb.name)
        self.stage.submit(user, view, form_values(view, fields))

    def _at(self, event: ScriptEvent) -> tuple[str, str]:
        """Give who acts and where: in the incident's channel once there is one, of which they become a member."""
        user = self.stage.users[event.by or ""]
        return user, self.stage.present(user)

    def _where(self, event: ScriptEvent) -> tuple[str, str]:
        """Give who does something to a message and where it stands, of which they become a member."""
        user, channel = self.stage.users[event.by or ""], self.channels[event.ref or ""]
        self.stage.enter(user, channel)
        return user, channel

    def _ts(self, event: ScriptEvent) -> str:
        return self.messages[event.ref or ""]

    def _person(self, alias: str) -> str | None:
        user = self.stage.users.get(alias)
        return slack_person(self.stage.team, user) if user else None

    def _named(self, word: str) -> PersonId | None:
        user = self.stage.users.get(word.removeprefix("@"))
        return slack_person(self.stage.team, user) if user else None

    def _permalink(self, event_id: str) -> str:
        """Name a message so that people can; an event of the script that is none has no name that they could give."""
        known = event_id in self.messages
        return f"{self.channels[event_id]}/{self.messages[event_id]}" if known else "no message"


def _without_time(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != OCCURRED}
