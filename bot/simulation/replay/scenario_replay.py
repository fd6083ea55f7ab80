"""Plays a scenario event by event: messages, reactions and commands at their times, until nothing is outstanding.

An intent is played by submitting its verb's form, or by a typed command where the grammar parses it to exactly the
intent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from bot.grammar.command_parser import parse_command
from bot.simulation.replay.command_text import explicit_command
from bot.simulation.replay.form_input import form_values
from bot.simulation.replay.intents import fields_of, utc_datetime, verb_of
from bot.simulation.replay.outage_recovery import OutageRecovery
from bot.simulation.replay.replay_environment import ReplayEnvironment
from bot.simulation.replay.scenario import Scenario, ScriptEvent
from bot.slack.forms.modal import OCCURRED
from commands.core.fields.form_field import Control, form_fields
from commands.core.verb import Verb
from roles.person_ids import PersonId, slack_person
from sandbox.workspace_errors import NotPossibleError

COMMAND: Final = "/inc"
_OUTSIDE_SLACK: Final = frozenset({"alert", "external"})


@dataclass
class ScenarioPlayer:
    """Plays one scenario. `counts` counts the typed commands and the forms.

    `messages` and `channels` hold ts and channel of each message: a message before the declaration is posted where the
    incident will be declared, and edited there later.
    """

    environment: ReplayEnvironment
    scenario: Scenario
    messages: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"lines": 0, "forms": 0, "buttons": 0})
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
        lines = (*self._candidate_lines(event, fields), *self._explicit_commands(event, fields))
        line = next((line for line in lines if self._expresses(line, event, fields)), None)
        if line is not None:
            self.counts["lines"] += 1
            self.environment.slash(user, channel, line)
        else:
            self.counts["forms"] += 1
            self._form(event, user, channel, fields)

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

    def _explicit_commands(self, event: ScriptEvent, fields: dict[str, Any]) -> tuple[str, ...]:
        """Return a line that names every field, where the verb opens no form that could express the intent."""
        verb = verb_of(event.intent["name"])
        has_no_form = verb.needs_incident and self.environment.incident is None
        if not (
            has_no_form
            or self._needs_unlisted_option(verb, fields)
            or (verb.opens_incident and self.environment.incident is not None)
        ):
            return ()
        return (
            explicit_command(verb, fields, {self._person(alias) or alias: alias for alias in self.environment.users}),
        )

    def _needs_unlisted_option(self, verb: type[Verb], fields: dict[str, Any]) -> bool:
        """True if the intent needs an option that no form offers, such as an unknown service."""
        form, services = form_fields(verb), self.scenario.org.services
        choices = {
            name: [value for value, _ in form_field.choices] for name, form_field in form.items() if form_field.choices
        }
        offered = choices | {
            name: list(services) for name, form_field in form.items() if form_field.control is Control.SERVICE
        }
        return any(str(fields[name]) not in offered[name] for name in offered if isinstance(fields.get(name), str))

    def _expresses(self, line: str, event: ScriptEvent, fields: dict[str, Any]) -> bool:
        """True if a typed line alone means exactly the intent."""
        verb = verb_of(event.intent["name"])
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

    def _form(self, event: ScriptEvent, user: str, channel: str, fields: dict[str, Any]) -> None:
        verb = verb_of(event.intent["name"])
        if not form_fields(verb) and OCCURRED not in fields:
            self.environment.slash(user, channel, verb.name)
            return
        view = self.environment.open_form(user, channel, verb.name)
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


def _without_occurred_at(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != OCCURRED}
