"""Replies that do not travel with an acknowledgement: sent by the responder's threads, after the listener has returned."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from bot.rendering.message_catalog import label, sentence
from bot.slack.blocks.block_elements import sections
from bot.slack.forms.modal import notice_view
from bot.slack.interaction import Interaction
from bot.slack.payload import Json
from bot.slack.responder import ReplyTarget, Responder
from bot.slack.surfaces.slack_reply import SlackReply

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Replies:
    """Sends replies to the person who acted. `command` is the word that people type in this workspace."""

    responder: Responder
    command: str

    def send(self, interaction: Interaction, reply: SlackReply) -> None:
        """Send a reply to the person's channel, or show it in a form where the interaction came from no channel."""
        target = interaction.reply_target
        if target.response_url or target.channel:
            self.responder.submit(lambda: self.send_now(interaction, reply.text, *reply.blocks))
        elif interaction.trigger_id:
            trigger_id, view = interaction.trigger_id, notice_view(label("form", "notice"), reply.all_blocks())
            self.responder.submit(lambda: self._show(trigger_id, view))

    def send_now(self, interaction: Interaction, text: str, *blocks: Json) -> None:
        """Send text and blocks on this thread, which must be one of the responder's."""
        self.responder.send(interaction.reply_target, text, [*sections(text), *blocks])

    def report_error(self, body: dict[str, Any], error_id: str) -> None:
        """Tell the person behind a payload that it failed, with the error id to quote."""
        self._respond(body, sentence("trouble", id=error_id))

    def report_unavailable(self, body: dict[str, Any]) -> None:
        """Tell the person behind a payload that the database does not answer."""
        self._respond(body, sentence("absent_asked", command=self.command))

    def replace_form(self, view_id: str, view: Json) -> None:
        """Replace the content of an open form."""
        self.responder.submit(lambda: self.responder.update_form(view_id, view))

    def _respond(self, body: dict[str, Any], text: str) -> None:
        if url := body.get("response_url"):
            target = ReplyTarget(user="", response_url=url)
            self.responder.submit(lambda: self.responder.send(target, text, sections(text)))

    def _show(self, trigger_id: str, view: Json) -> None:
        if not self.responder.open_form(trigger_id, view):
            _log.warning("a reply was not shown")
