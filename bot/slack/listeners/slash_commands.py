"""Listener for slash commands. The request is recorded before the acknowledgement, or its form opens after it."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt import Ack

from bot.slack.gateway.gateway import SlackGateway
from bot.slack.gateway.typed_lines.typed_command import handle_typed_command
from bot.slack.interaction import from_command
from bot.slack.payload import Json


@dataclass(frozen=True)
class SlashCommandListener:
    """The listener of one workspace."""

    gateway: SlackGateway

    def on_command(self, ack: Ack, body: Json) -> None:
        """Run the typed command, or open the form or action menu that it calls for."""
        interaction = from_command(body, self.gateway.record.clock.now())
        reply = handle_typed_command(self.gateway, interaction, body.get("text") or "")
        ack(reply.payload()) if reply else ack()
