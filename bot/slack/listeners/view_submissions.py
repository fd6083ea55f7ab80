"""Listener for view submissions: forms that were sent. A refusal is shown in the form, which keeps what was filled in."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt import Ack

from bot.grammar.dated_lines import dated_fields
from bot.rendering.message_catalog import notice_title, reason_text, sentence
from bot.slack.error_reports import NotRecorded
from bot.slack.forms.form_submission import input_ids, submitted_fields
from bot.slack.forms.modal import notice_view
from bot.slack.forms.update_form import CONFIRMED
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.interaction import Interaction, from_view
from bot.slack.payload import Json
from bot.slack.surfaces.slack_reply import SlackReply
from commands.core import verb_registry
from commands.core.request import Fields
from commands.core.verb import Verb


@dataclass(frozen=True)
class ViewSubmissionListener:
    """The listener of one workspace."""

    gateway: SlackGateway

    def on_submission(self, ack: Ack, body: Json) -> None:
        """Run the request of a form."""
        interaction, view = from_view(body, self.gateway.record.clock.now()), body["view"]
        verb = verb_registry.find(view["callback_id"].removeprefix("verb:"))
        if verb is None:
            ack()
            return
        filled = submitted_fields(verb, view, self.gateway.record.policy, interaction.team)
        fields = {**interaction.context.fields, **filled}
        zone = self.gateway.users.time_zone(interaction.user)
        dated = dated_fields(fields, at=interaction.at, zone=zone) if "lines" in verb.model_fields else None
        if dated is not None and dated.invalid:
            ack(response_action="errors", errors=_unread(dated.invalid))
        else:
            ack(**self._response(interaction, verb, dated.fields if dated else fields, view))

    def _response(self, interaction: Interaction, verb: type[Verb], fields: Fields, view: Json) -> Json:
        """Run the request, and return the arguments of its acknowledgement."""
        try:
            reply = self.gateway.executor.execute(interaction, verb.name, fields)
        except NotRecorded as lost:
            return self._form_again(interaction, verb, fields, str(lost))
        if reply.unconfirmed:
            return self._form_again(interaction, verb, {CONFIRMED: False, **fields}, reply.text)
        if reply.refused:
            return _errors(reply, view) or self._form_again(interaction, verb, fields, reply.text)
        is_shown = reply.opens_incident or reply.is_query or reply.asks or verb.of_organisation
        if is_shown or interaction.context.channel is None:
            return {"response_action": "update", "view": notice_view(notice_title(verb.name), reply.all_blocks())}
        return {}

    def _form_again(self, interaction: Interaction, verb: type[Verb], fields: Fields, banner: str) -> Json:
        incident = self.gateway.lookup.incident_if_available(interaction) if verb.needs_incident else None
        view = self.gateway.forms.form(interaction, verb, fields, incident, banner=banner)
        return {"response_action": "update", "view": view}


def _unread(invalid: tuple[tuple[str, str], ...]) -> Json:
    """Return what could not be read as errors beside the inputs; the lines of a text are named by their numbers."""
    return {
        name: reason_text("note_unread", lines=value) if name == "text" else sentence("unread_field", value=value)
        for name, value in invalid
    }


def _errors(reply: SlackReply, view: Json) -> Json | None:
    """Return a refusal as errors beside the inputs that it is about; None where the form has none of them."""
    errors = {name: reply.plain for name in reply.fields if name in input_ids(view)}
    return {"response_action": "errors", "errors": errors} if errors else None
