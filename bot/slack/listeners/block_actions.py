"""Listeners for block actions: buttons in messages and forms, and the overflow list of the action menu."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from slack_bolt import Ack

from bot.rendering.message_catalog import notice_title
from bot.slack.blocks.action_context import read_context, split_option_value
from bot.slack.forms.form_submission import input_ids, submitted_fields
from bot.slack.forms.modal import fields_shown, notice_view
from bot.slack.forms.update_form import AUDIENCE, OWN_TEXTS, with_own_texts
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.interaction import Interaction, from_action
from bot.slack.payload import Json
from commands.core import verb_registry
from commands.core.fields.form_field import Control, form_fields
from commands.core.request import Fields

_POSTPONE: Final = "later"
_ANSWER: Final = "answer"
_ANSWERS: Final = {"escalation:accept": "accepted", "escalation:decline": "declined"}


@dataclass(frozen=True)
class BlockActionListeners:
    """The listeners of one workspace."""

    gateway: SlackGateway

    def on_verb(self, ack: Ack, body: Json) -> None:
        """Run the verb of a button at once."""
        interaction = self._interaction(body)
        self._execute(interaction, _verb_of(body), interaction.context.fields, body)
        ack()

    def on_form(self, ack: Ack, body: Json) -> None:
        """Open the form of a button's verb; a verb without visible fields runs at once."""
        interaction, verb = self._interaction(body), verb_registry.find(_verb_of(body))
        if verb is not None and fields_shown(verb, self.gateway.record.policy):
            self.gateway.forms.open(interaction, verb, self.gateway.drafts.fields_of(interaction))
        else:
            self._execute(interaction, _verb_of(body), interaction.context.fields, body)
        ack()

    def on_more(self, ack: Ack, body: Json) -> None:
        """Run the verb that was chosen from the overflow list, or open its form."""
        action = split_option_value(str((body["actions"][0].get("selected_option") or {}).get("value") or ""))[0]
        if action.startswith("form:"):
            self.on_form(ack, body)
        elif action.startswith("verb:"):
            self.on_verb(ack, body)
        else:
            ack()

    def on_redraw(self, ack: Ack, body: Json) -> None:
        """Draw an open form again: with the preview of what it would post, or with a text for each audience."""
        view = body["view"]
        verb = verb_registry.find(str(view["callback_id"]).removeprefix("verb:"))
        if verb is not None:
            context = read_context(view.get("private_metadata"))
            interaction = replace(self._interaction(body), context=context, is_claimed=True)
            asked = {name for name, one in form_fields(verb).items() if one.on_request and one.control is Control.TEXT}
            shown: Fields = dict.fromkeys(input_ids(view) & asked, "")
            filled = submitted_fields(verb, view, self.gateway.record.policy, interaction.team)
            fields = {**context.fields, AUDIENCE: [], **shown, **filled}
            adds_texts = str(body["actions"][0]["action_id"]).startswith(OWN_TEXTS)
            self.gateway.forms.redraw(interaction, verb, with_own_texts(fields) if adds_texts else fields, view)
        ack()

    def on_postpone(self, ack: Ack, body: Json) -> None:
        """Postpone a prompt."""
        interaction = self._interaction(body)
        self._execute(interaction, _POSTPONE, interaction.context.fields, body)
        ack()

    def on_answer(self, ack: Ack, body: Json) -> None:
        """Accept or decline a page."""
        interaction = self._interaction(body)
        answer = _ANSWERS[":".join(body["actions"][0]["action_id"].split(":")[:2])]
        self._execute(interaction, _ANSWER, {**interaction.context.fields, "answer": answer}, body)
        ack()

    def on_action_menu(self, ack: Ack, body: Json) -> None:
        """Send the person their action menu."""
        interaction = self._interaction(body)
        incident = self.gateway.lookup.incident_at(interaction)
        if incident is not None:
            self.gateway.replies.send(interaction, self.gateway.menu_of(interaction, incident))
        ack()

    def _interaction(self, body: Json) -> Interaction:
        return from_action(body, self.gateway.record.clock.now())

    def _execute(self, interaction: Interaction, verb: str, fields: Fields, body: Json) -> None:
        """Run a request, and reply where the channel does not show its result: refusals, questions and forms."""
        reply = self.gateway.execute_or_ask(interaction, verb, fields)
        if reply is None:
            return
        if interaction.in_form:
            self.gateway.replies.replace_form(body["view"]["id"], notice_view(notice_title(verb), reply.all_blocks()))
        elif reply.refused or reply.is_query:
            target = replace(interaction.reply_target, replaces=False)
            self.gateway.replies.send(replace(interaction, reply_target=target), reply)
        elif interaction.reply_target.replaces:
            self.gateway.replies.send(interaction, reply)


def _verb_of(body: Json) -> str:
    """Read the verb in an action id such as `verb:take`, or `verb:take:2` in a row, or in the option that was chosen."""
    action = body["actions"][0]
    chosen = (action.get("selected_option") or {}).get("value")
    return (split_option_value(chosen)[0] if chosen else str(action["action_id"])).split(":")[1]
