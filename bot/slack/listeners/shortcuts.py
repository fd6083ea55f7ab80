"""Listener for shortcuts: the global one that declares, and those in the menu of a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue
from slack_bolt import Ack

from bot.rendering.user_text import from_line
from bot.slack.capture.message_words import shared_file, words_or_files_of
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.interaction import Interaction, author_of, from_shortcut
from bot.slack.payload import Json
from commands.core import verb_registry
from commands.core.request import Fields
from commands.core.rules.declaration import TITLE_LENGTH
from incident.rules.seen_length import cut_seen, seen_length

_PIN: Final = "timeline_add"
_REDACT: Final = "redact_message"
_KEEP: Final = "evidence_keep"
_FORMS: Final = {"decision_add": "decide", "action_add": "action"}


@dataclass(frozen=True)
class ShortcutListener:
    """The listener of one workspace."""

    gateway: SlackGateway

    def on_shortcut(self, ack: Ack, body: Json) -> None:
        """Put a message on the timeline, or open the form of a shortcut, filled from its message."""
        interaction = from_shortcut(body, self.gateway.record.clock.now())
        message, shortcut = body.get("message") or {}, body["callback_id"]
        text = from_line(words_or_files_of(message))
        if shortcut == _PIN:
            reply = self.gateway.executor.execute(interaction, "pin", _pinned(interaction, message))
            self.gateway.replies.send(interaction, reply)
        elif shortcut == _KEEP:
            reply = self.gateway.executor.execute(interaction, "keep", _with_files(interaction, message))
            self.gateway.replies.send(interaction, reply)
        elif shortcut == _REDACT:
            self._open(interaction, "redact", {"ref": f"{interaction.context.channel}:{interaction.context.message}"})
        elif shortcut in _FORMS:
            self._open(interaction, _FORMS[shortcut], {"text": text})
        else:
            self._open(interaction, "declare", {"title": _first_line(text), "symptom": text} if text else {})
        ack()

    def _open(self, interaction: Interaction, name: str, fields: Fields) -> None:
        verb = verb_registry.find(name)
        if verb is not None:
            self.gateway.forms.open(interaction, verb, fields)


def _pinned(interaction: Interaction, message: Json) -> Fields:
    place: Fields = {"channel": interaction.context.channel, "ts": interaction.context.message}
    return place | pinned_words(interaction, message)


def pinned_words(interaction: Interaction, message: Json) -> Fields:
    """Return the words and the author of a message that is pinned, as Slack's payload shows them."""
    words: Fields = {"text": from_line(words_or_files_of(message))}
    writer = author_of(interaction.team, message)
    return words | ({"author": writer} if writer else {})


def _with_files(interaction: Interaction, message: Json) -> Fields:
    """Return the place of a message and its files, as Slack's payload shows them."""
    files: list[JsonValue] = [shared_file(one) for one in message.get("files") or () if one.get("id")]
    return {"channel": interaction.context.channel, "ts": interaction.context.message, "files": files}


def _first_line(text: str) -> str:
    """Return the first line of a message as a title."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    title = line.strip()
    return title if seen_length(title) <= TITLE_LENGTH else f"{cut_seen(title, TITLE_LENGTH - 1).rstrip()}…"
