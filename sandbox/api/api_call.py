"""One API call as a method sees it: its arguments in either encoding, and the workspace it acts on.

It reads arguments the way Slack does (JSON or form, lists comma-joined, flags as 1 and 0) and finds channels with Slack's
own refusals. It refuses to know tokens and HTTP.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.delivery.trigger_ids import TriggerIds
from sandbox.scopes import Scopes
from sandbox.state.entities import Channel, Message, Payload
from sandbox.state.workspace import Workspace
from sandbox.workspace_errors import SlackError


class RateLimitedError(Exception):
    """A call above its tier, answered with 429."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(str(retry_after))
        self.retry_after = retry_after


@dataclass(frozen=True)
class Services:
    """What methods need beside the workspace."""

    scopes: Scopes
    triggers: TriggerIds
    new_ticket: Callable[[], str]
    take_channel_slot: Callable[[str], int]
    page_url: Callable[[], str]


@dataclass(frozen=True)
class ApiCall:
    """The arguments of one call, made by the bot."""

    ws: Workspace
    services: Services
    args: Payload

    @property
    def bot(self) -> str:
        """Return the bot's user id."""
        return self.ws.bot.id

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        """Return an argument that must not be missing or empty."""
        value = self.text(name)
        if not value:
            raise SlackError(error, response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """Return an argument as a boolean."""
        value = self.args.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def ids(self, name: str) -> list[str]:
        """Return an argument that is a list, or one comma-joined."""
        value = self.args.get(name) or []
        parts = value if isinstance(value, list) else str(value).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]

    def json(self, name: str) -> Any:
        """Return an argument that is JSON, written out or as text; None when it is not given."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError as invalid:
            raise SlackError(
                f"invalid_{name}_format" if name in ("blocks", "metadata") else "invalid_arguments"
            ) from invalid

    def number(self, name: str, default: int, *, maximum: int, error: str = "invalid_limit") -> int:
        """Return an argument that is a whole number from 1 up to a maximum."""
        value = self.text(name)
        if not value or value == "0":
            return default
        if not value.isdigit():
            raise SlackError(error)
        return min(int(value), maximum)

    def channel(self, name: str = "channel", *, scope_for: str | None = None, member_only: bool = False) -> Channel:
        """Return the channel an argument names by id; private ones only from within, `inside` demands membership."""
        channel = self.ws.channels.get(self.text(name))
        if channel is None or (channel.kind != "channel" and self.bot not in channel.members):
            raise SlackError("channel_not_found")
        if scope_for:
            self.services.scopes.require_for(scope_for, channel)
        if member_only and self.bot not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def writable_channel(self, name: str = "channel", *, scope_for: str | None = None) -> Channel:
        """Return a channel the bot is in and that is not archived."""
        channel = self.channel(name, scope_for=scope_for)
        if channel.is_archived:
            raise SlackError("is_archived")
        if self.bot not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def message(self, channel: Channel, name: str, error: str = "message_not_found") -> Message:
        """Return the message an argument names by timestamp."""
        message = channel.messages.get(self.required(name, "no_item_specified"))
        if message is None or message.subtype == "tombstone":
            raise SlackError(error)
        return message
