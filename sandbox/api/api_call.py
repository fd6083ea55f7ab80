"""One API call as its method sees it: the arguments and the workspace.

Reads arguments as Slack does (JSON or form, comma-joined lists, flags as 1 and 0). Knows no token and no HTTP.
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

CHANNEL_TYPES = {"public_channel", "private_channel", "mpim", "im"}


class RateLimitedError(Exception):
    """The call is above its tier. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(str(retry_after))
        self.retry_after = retry_after


@dataclass(frozen=True)
class Services:
    """What methods need besides the workspace."""

    scopes: Scopes
    triggers: TriggerIds
    new_ticket: Callable[[], str]
    take_channel_slot: Callable[[str], int]
    page_url: Callable[[], str]


@dataclass(frozen=True)
class ApiCall:
    """The arguments of one call by the bot."""

    ws: Workspace
    services: Services
    args: Payload

    @property
    def bot(self) -> str:
        """The bot's user id."""
        return self.ws.bot.id

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        """Return a required argument. SlackError when it is missing or empty."""
        value = self.text(name)
        if not value:
            raise SlackError(error, response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """Return an argument as a boolean."""
        value = self.args.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def ids(self, name: str) -> list[str]:
        """Return an argument that is a list, or comma-joined."""
        value = self.args.get(name) or []
        parts = value if isinstance(value, list) else str(value).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]

    def channel_types(self) -> list[str]:
        """Return the types of channels that are asked for. SlackError `invalid_types`."""
        requested = self.ids("types") or ["public_channel"]
        if not set(requested) <= CHANNEL_TYPES:
            raise SlackError("invalid_types")
        return requested

    def json(self, name: str) -> Any:
        """Return an argument that is JSON, parsed if it is text; None when it is absent."""
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
        """Return an argument that is a whole number, 1 to `maximum`."""
        value = self.text(name)
        if not value or value == "0":
            return default
        if not value.isdigit():
            raise SlackError(error)
        return min(int(value), maximum)

    def channel(self, name: str = "channel", *, scope_for: str | None = None, member_only: bool = False) -> Channel:
        """Return the channel of an argument. A private one needs membership; `member_only` demands it of any."""
        channel = self.ws.channels.get(self.text(name))
        if channel is None or (channel.kind != "channel" and self.bot not in channel.members):
            raise SlackError("channel_not_found")
        if scope_for:
            self.services.scopes.require_for(scope_for, channel)
        if member_only and self.bot not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def writable_channel(self, name: str = "channel", *, scope_for: str | None = None) -> Channel:
        """Return a channel that the bot is in and that is not archived."""
        channel = self.channel(name, scope_for=scope_for)
        if channel.is_archived:
            raise SlackError("is_archived")
        if self.bot not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def message(self, channel: Channel, name: str, error: str = "message_not_found") -> Message:
        """Return the message of an argument, by timestamp."""
        message = channel.messages.get(self.required(name, "no_item_specified"))
        if message is None or message.subtype == "tombstone":
            raise SlackError(error)
        return message
