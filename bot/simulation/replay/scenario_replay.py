"""Plays a scenario event by event: messages, reactions and commands at their times, until nothing is outstanding.

An intent is played by a typed command where the grammar parses it to exactly the intent, else by submitting its verb's
form. What the form cannot bring about (an empty reason, an id that is not on offer, a second declaration) goes through the
command line's entry point, and the play says so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot.grammar.command_parser import parse_command
from bot.rendering.user_text import from_form
from bot.simulation.replay.form_input import form_values
from bot.simulation.replay.intents import fields_of, utc_datetime, verb_of
from bot.simulation.replay.outage_recovery import OutageRecovery
from bot.simulation.replay.replay_environment import ReplayEnvironment
from bot.simulation.replay.scenario import Scenario, ScriptEvent
from bot.slack.forms.modal import OCCURRED
from bot.slack.gateway.typed_lines.typed_command import FORM
from commands.core.fields.form_field import form_fields
from commands.core.verb import Verb
from roles.person_ids import PersonId, slack_person
from sandbox.workspace_errors import NotPossibleError

COMMAND: Final = "/inc"
# The ways in which an intent is played, as `muster replay` names them.
FORMS: Final = "by form"
TYPED: Final = "by typed line"
COMMAND_LINE: Final = "by command line"
_OUTSIDE_SLACK: Final = frozenset({"alert", "external"})


@dataclass
class ScenarioPlayer:
    """Plays one scenario. `counts` counts the ways in which intents were played, `unformed` says why the last way was taken.

    `messages` and `channels` hold ts and channel of each message: a message before the declaration is posted where the
    incident will be declared, and edited there later.
    """

    environment: ReplayEnvironment
    scenario: Scenario
    messages: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    unformed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    outage: OutageRecovery | None = None
    backfilled: dict[str, ScriptEvent] = field(default_factory=dict)

    def play(self) -> None:
        """Play every event at its time, then advance to the time of reading."""
        self.environment.invite_muster(next(iter(self.environment.users.values())))
        for event in self.scenario.events:
            self.environment.advance_to(event.at)
            if self.outage is not None:
                self.outage.events.append(event)
            before = self.environment.last_entries()
            self._act(event)
            self.environment.settle()
            self._record_sources(event, before)
        self.environment.advance_to(self.scenario.read_at)
        self.environment.record_passed()

    def _act(self, event: ScriptEvent) -> None:
        """Play one event. An event that cannot be played is added to the problems."""
        handler = getattr(self, f"_{event.kind}", None)
        try:
            if handler is not None:
                handler(event)
            elif event.kind not in _OUTSIDE_SLACK:
                self.problems.append(f"{event.id}: {event.kind} cannot be played")
        except (LookupError, NotPossibleError) as error:
            self.problems.append(f"{event.id}: {error}")

    def _record_sources(self, event: ScriptEvent, before: dict[str, int]) -> None:
        """Store the event behind each new entry, by chain and number."""
        if event.kind == "outage_end":
            self._record_outage(before)
            return
        for chain, last in self.environment.last_entries().items():
            for n in range(before.get(chain, 0) + 1, last + 1):
                self.sources[f"{chain}/{n}"] = event.id

    def _record_outage(self, before: dict[str, int]) -> None:
        key, outage, self.outage = self.environment.incident, self.outage, None
        if key is None or outage is None:
            return
        entries = [entry for entry in self.environment.entries(key) if entry.n > before.get(key.id, 0)]
        for n, event in outage.sources(entries).items():
            self.sources[f"{key.id}/{n}"] = event.id
            self.backfilled[f"{key.id}/{n}"] = event

    def _outage_start(self, event: ScriptEvent) -> None:
        self.environment.cut_off()
        self.outage = OutageRecovery(self.messages, [event])

    def _outage_end(self, event: ScriptEvent) -> None:
        self.environment.restore_connections()

    def _message(self, event: ScriptEvent) -> None:
        user, channel = self._actor_and_channel(event)
        self.messages[event.id] = self.environment.sandbox.actor.post(user, channel, event.text)
        self.channels[event.id] = channel

    def _edit(self, event: ScriptEvent) -> None:
        user, channel = self._actor_and_message_channel(event)
        self.environment.sandbox.actor.edit(user, channel, self._ts(event), event.text)

    def _delete(self, event: ScriptEvent) -> None:
        user, channel = self._actor_and_message_channel(event)
        self.environment.sandbox.actor.delete(user, channel, self._ts(event))

    def _reaction(self, event: ScriptEvent) -> None:
        user, channel = self._actor_and_message_channel(event)
        self.environment.sandbox.actor.react(user, channel, self._ts(event), event.name or "")

    def _join(self, event: ScriptEvent) -> None:
        self._actor_and_channel(event)

    def _leave(self, event: ScriptEvent) -> None:
        user, channel = self._actor_and_channel(event)
        self.environment.sandbox.actor.leave(user, channel)

    def _command(self, event: ScriptEvent) -> None:
        if self.outage is not None:
            raise NotPossibleError("Muster receives no command in an outage")
        user, channel = self._actor_and_channel(event)
        fields = fields_of(event.intent, self._person, self._permalink)
        occurred_at = event.intent.get("occurred_at")
        if occurred_at is not None:
            fields[OCCURRED] = utc_datetime(occurred_at).isoformat()
        line = next(
            (line for line in self._candidate_lines(event, fields) if self._expresses(line, event, fields)), None
        )
        if line is not None:
            self.counts[TYPED] += 1
            self.environment.slash(user, channel, line)
        else:
            self._form_or_command_line(event, user, channel, fields)

    def _candidate_lines(self, event: ScriptEvent, fields: dict[str, Any]) -> tuple[str, str]:
        """Return the scenario's line, and a line of the leading fields only."""
        verb = verb_of(event.intent["name"])
        leading = [
            value
            for name, form_field in form_fields(verb).items()
            if form_field.leading and (value := fields.get(name))
        ]
        words = [str(word) for value in leading for word in (value if isinstance(value, list) else [value])]
        return event.text.removeprefix(COMMAND).strip(), " ".join([verb.name, *words])

    def _expresses(self, line: str, event: ScriptEvent, fields: dict[str, Any]) -> bool:
        """True if a typed line alone means exactly the intent."""
        verb = verb_of(event.intent["name"])
        if verb.doubts is not Verb.doubts:
            # A line that is doubtful opens its form after it is acknowledged, so it is played by the form.
            return False
        parsed = parse_command(line, at=event.at, person=self._find_person, services=tuple(self.scenario.org.services))
        unread = dict(parsed.invalid)
        offers = bool(unread) and not (parsed.ambiguous or parsed.leftover)
        if not line or parsed.verb is not verb or not (parsed.is_complete or offers):
            return False
        try:
            typed, intended = (
                verb.model_validate({**parsed.fields, **unread}),
                verb.model_validate(_without_occurred_at(fields)),
            )
        except ValueError:
            return False
        return typed == intended and parsed.occurred_at is None and OCCURRED not in fields

    def _form_or_command_line(self, event: ScriptEvent, user: str, channel: str, fields: dict[str, Any]) -> None:
        verb = verb_of(event.intent["name"])
        try:
            self._submit_form(verb, user, channel, fields)
        except (LookupError, NotPossibleError) as impossible:
            self.unformed.append(f"{event.id} {event.intent['name']}: {impossible}")
            self.counts[COMMAND_LINE] += 1
            self.environment.close_forms(user)
            occurred_at = fields.get(OCCURRED)
            given = {name: _stored(value) for name, value in _without_occurred_at(fields).items()}
            self.environment.run_command(
                user, verb.name, given, datetime.fromisoformat(occurred_at) if occurred_at else None
            )
        else:
            self.counts[FORMS] += 1

    def _submit_form(self, verb: type[Verb], user: str, channel: str, fields: dict[str, Any]) -> None:
        """Open a verb's form, fill it in and submit it. LookupError or NotPossibleError where the form cannot say this."""
        has_incident = self.environment.incident is not None
        if verb.needs_incident and not has_incident:
            raise NotPossibleError("its form opens in an incident channel only")
        if verb.opens_incident and has_incident:
            raise NotPossibleError("no form declares a second incident in an incident channel")
        view = self.environment.open_form(user, channel, f"{verb.name} {FORM}")
        self.environment.submit(user, view, form_values(view, fields))

    def _actor_and_channel(self, event: ScriptEvent) -> tuple[str, str]:
        """Return the actor and the current channel, which the actor joins."""
        user = self.environment.users[event.by or ""]
        return user, self.environment.join_current_channel(user)

    def _actor_and_message_channel(self, event: ScriptEvent) -> tuple[str, str]:
        """Return the actor and the message's channel, which the actor joins."""
        user, channel = self.environment.users[event.by or ""], self.channels[event.ref or ""]
        self.environment.join(user, channel)
        return user, channel

    def _ts(self, event: ScriptEvent) -> str:
        return self.messages[event.ref or ""]

    def _person(self, alias: str) -> str | None:
        user = self.environment.users.get(alias)
        return slack_person(self.environment.team, user) if user else None

    def _find_person(self, word: str) -> PersonId | None:
        user = self.environment.users.get(word.removeprefix("@"))
        return slack_person(self.environment.team, user) if user else None

    def _permalink(self, event_id: str) -> str:
        """Return a reference to a message, or `no message` for an event without one."""
        is_message = event_id in self.messages
        return f"{self.channels[event_id]}/{self.messages[event_id]}" if is_message else "no message"


def _stored(value: Any) -> Any:
    """Return a text as the command line stores it; anything else as it is."""
    return from_form(value) if isinstance(value, str) else value


def _without_occurred_at(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != OCCURRED}
