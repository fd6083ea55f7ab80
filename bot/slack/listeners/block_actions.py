"""Listeners for what somebody asks for: commands, buttons, forms, shortcuts, choices while typing.

An acknowledgement is sent after what was asked is on the record, or at once when a form opens in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from slack_bolt import Ack

from bot.rendering.message_catalog import title_of
from bot.rendering.mrkdwn import clip
from bot.slack.blocks.action_context import read_chosen
from bot.slack.blocks.clipper import LIMITS
from bot.slack.blocks.user_text import from_line
from bot.slack.error_reports import NotRecorded
from bot.slack.forms.form_submission import inputs_of, submitted
from bot.slack.forms.modal import fields_of, form, notice
from bot.slack.forms.select_options import Field, option, pairs_of
from bot.slack.gateway.draft_store import Fields
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.gateway.typed_command import handle_typed_command
from bot.slack.interaction import Interaction, from_action, from_command, from_shortcut, from_view
from bot.slack.payload import Json
from bot.slack.surfaces.action_menu import action_menu
from bot.slack.surfaces.reply import Reply
from commands.core import verb_registry
from commands.core.fields.form_field import Control, FormField
from commands.core.rules.declaration import TITLE_LENGTH
from commands.core.verb import Verb
from roles.person_ids import slack_person

PUT_OFF: Final = "later"
_ANSWERS: Final = {"escalation:accept": "accepted", "escalation:decline": "declined"}
_CONTROLS: Final = {"service": Control.SERVICE}
_FORMS: Final = {"decision_add": "decide", "action_add": "action"}


@dataclass(frozen=True)
class InteractionListeners:
    """The listeners of one workspace for what people ask for."""

    edge: SlackGateway

    def on_command(self, ack: Ack, body: Json) -> None:
        """Do what a typed line says, or open the form or the tray it stands for."""
        came = from_command(body, self.edge.clock.now())
        reply = handle_typed_command(self.edge, came, body.get("text") or "")
        ack(reply.payload()) if reply else ack()

    def on_act(self, ack: Ack, body: Json) -> None:
        """Do what a button says at once."""
        came = from_action(body, self.edge.clock.now())
        self._act(came, _verb_of(body), came.where.fields, body)
        ack()

    def on_form(self, ack: Ack, body: Json) -> None:
        """Open the form of a button; a question that asks for nothing is answered at once."""
        came, verb = from_action(body, self.edge.clock.now()), verb_registry.find(_verb_of(body))
        if verb is not None and fields_of(verb, self.edge.active.policy):
            self.edge.ask(came, verb, self.edge.draft_of(came))
        else:
            self._act(came, _verb_of(body), came.where.fields, body)
        ack()

    def on_more(self, ack: Ack, body: Json) -> None:
        """Do what was chosen from the list of everything else."""
        how = read_chosen(str((body["actions"][0].get("selected_option") or {}).get("value") or ""))[0]
        if how.startswith("form:"):
            self.on_form(ack, body)
        elif how.startswith("verb:"):
            self.on_act(ack, body)
        else:
            ack()

    def on_put_off(self, ack: Ack, body: Json) -> None:
        """Put a prompt off."""
        came = from_action(body, self.edge.clock.now())
        self._act(came, PUT_OFF, came.where.fields, body)
        ack()

    def on_answer(self, ack: Ack, body: Json) -> None:
        """Answer a call: "I have it" or "I cannot"."""
        came = from_action(body, self.edge.clock.now())
        answer = _ANSWERS[":".join(body["actions"][0]["action_id"].split(":")[:2])]
        self._act(came, "answer", {**came.where.fields, "answer": answer}, body)
        ack()

    def on_tray(self, ack: Ack, body: Json) -> None:
        """Show somebody their tray."""
        came = from_action(body, self.edge.clock.now())
        incident = self.edge.incident_at(came)
        if incident is not None:
            self.edge.tell(came, action_menu(incident, came.person, self.edge.texts.command))
        ack()

    def on_submission(self, ack: Ack, body: Json) -> None:
        """Do what a form says; a refusal stands in the form, which keeps what was typed."""
        came, view = from_view(body, self.edge.clock.now()), body["view"]
        verb = verb_registry.find(view["callback_id"].removeprefix("verb:"))
        if verb is None:
            ack()
            return
        fields = {**came.where.fields, **submitted(verb, view, self.edge.active.policy, came.team)}
        ack(**self._submit(came, verb, fields, view))

    def on_shortcut(self, ack: Ack, body: Json) -> None:
        """Open the form a shortcut stands for, filled from its message, or put the message into the timeline."""
        came = from_shortcut(body, self.edge.clock.now())
        message, shortcut = body.get("message") or {}, body["callback_id"]
        text = from_line(message.get("text") or "")
        if shortcut == "timeline_add":
            self.edge.tell(came, self.edge.act(came, "pin", _marked(came, message, text)))
        elif shortcut in _FORMS:
            self._open(came, _FORMS[shortcut], {"text": text})
        else:
            self._open(came, "declare", {"title": _headline(text), "symptom": text} if text else {})
        ack()

    def on_options(self, ack: Ack, body: Json) -> None:
        """Offer what matches while somebody types into a long choice."""
        name, query = body["action_id"], str(body.get("value") or "").lower()
        field = Field(name, FormField(name, _CONTROLS.get(name, Control.CATEGORY)), self.edge.active.policy)
        found = [option(*pair) for pair in pairs_of(field) if query in pair[1].lower()]
        ack(options=found[: LIMITS["options.count"]])

    def _open(self, came: Interaction, word: str, fields: Fields) -> None:
        verb = verb_registry.find(word)
        if verb is not None:
            self.edge.ask(came, verb, fields)

    def _act(self, came: Interaction, verb: str, fields: Fields, body: Json) -> None:
        """Act on a button, and tell the one who pressed it what nobody else is told."""
        reply = self.edge.act(came, verb, fields)
        if came.in_form:
            self.edge.show(body["view"]["id"], notice(title_of(verb), reply.all_blocks()))
        elif reply.refused or reply.is_query:
            self.edge.tell(replace(came, aside=replace(came.aside, replaces=False)), reply)
        elif came.aside.replaces:
            self.edge.tell(came, reply)

    def _submit(self, came: Interaction, verb: type[Verb], fields: Fields, view: Json) -> Json:
        try:
            reply = self.edge.act(came, verb.name, fields)
        except NotRecorded as lost:
            return self._again(came, verb, fields, str(lost))
        if reply.refused:
            return _at_fields(reply, view) or self._again(came, verb, fields, reply.text)
        if reply.opens_incident or reply.is_query or came.where.channel is None:
            return {"response_action": "update", "view": notice(title_of(verb.name), reply.all_blocks())}
        return {}

    def _again(self, came: Interaction, verb: type[Verb], fields: Fields, banner: str) -> Json:
        view = form(verb, fields, came.where, self.edge.active.policy, banner=banner)
        return {"response_action": "update", "view": view}


def _verb_of(body: Json) -> str:
    """Read the verb in an action such as `verb:take`, `verb:take:2` where one stands in a row, or in what was chosen."""
    action = body["actions"][0]
    chosen = (action.get("selected_option") or {}).get("value")
    return (read_chosen(chosen)[0] if chosen else str(action["action_id"])).split(":")[1]


def _at_fields(reply: Reply, view: Json) -> Json | None:
    """Put a refusal beside the inputs it is about, where the form has them."""
    errors = {name: reply.plain for name in reply.fields if name in inputs_of(view)}
    return {"response_action": "errors", "errors": errors} if errors else None


def _marked(came: Interaction, message: Json, text: str) -> Fields:
    user = message.get("user") or message.get("bot_id")
    author = {"author": slack_person(came.team, user)} if user else {}
    return {"channel": came.where.channel, "ts": came.where.message, "text": text, **author}


def _headline(text: str) -> str:
    """Take the first line of a message as the title of what it is about."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return clip(line.strip(), TITLE_LENGTH)
