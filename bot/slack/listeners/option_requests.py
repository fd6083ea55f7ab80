"""Listener for option requests: what a long select offers while a person types into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from slack_bolt import Ack

from bot.slack.blocks.clipper import LIMITS
from bot.slack.forms.select_options import Field, choices_of, option
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.payload import Json
from commands.core.fields.form_field import Control, FormField

_CONTROLS: Final = {"service": Control.SERVICE, "services": Control.SERVICES, "schedule": Control.SCHEDULE}


@dataclass(frozen=True)
class OptionRequestListener:
    """The listener of one workspace."""

    gateway: SlackGateway

    def on_options(self, ack: Ack, body: Json) -> None:
        """Acknowledge with the options that contain the typed text, in any case."""
        name, typed = body["action_id"], str(body.get("value") or "").lower()
        field = Field(name, FormField(name, _CONTROLS.get(name, Control.CATEGORY)), self.gateway.record.policy)
        found = [option(*pair) for pair in choices_of(field) if typed in pair[1].lower()]
        ack(options=found[: LIMITS["options.count"]])
