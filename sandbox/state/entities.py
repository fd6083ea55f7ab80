"""The workspace's entities: people, channels, messages, views.

Plain data as Slack holds it. Knows no rule, no permission and no clock.
"""

from dataclasses import dataclass, field
from typing import Any

Block = dict[str, Any]
Payload = dict[str, Any]


@dataclass
class Person:
    """A user, human or bot. The workspace assigns an id when `id` is empty."""

    name: str
    real_name: str
    title: str = ""
    tz: str = "Europe/London"
    id: str = ""
    email: str = ""
    is_bot: bool = False
    is_restricted: bool = False
    is_admin: bool = False
    deleted: bool = False
    color: str = "4a154b"
    bot_id: str = ""


@dataclass
class Usergroup:
    """A user group that can be mentioned."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)


@dataclass
class ChannelText:
    """A channel's topic or purpose, with its author and time (Unix seconds)."""

    value: str = ""
    creator: str = ""
    last_set: int = 0

    def serialize(self) -> Payload:
        """Return the Web API's JSON."""
        return {"value": self.value, "creator": self.creator, "last_set": self.last_set}


@dataclass
class Message:
    """A message in a channel, in its present state after all edits."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Block] = field(default_factory=list)
    attachments: list[Payload] = field(default_factory=list)
    thread_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    edited: Payload | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    metadata: Payload | None = None
    files: list[Payload] = field(default_factory=list)
    broadcast: bool = False
    client_msg_id: str | None = None
    extra: Payload = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """True if the message is a reply in a thread."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class Ephemeral:
    """A message that is shown to one person only."""

    ts: str
    channel: str
    user: str
    text: str
    sender: str
    blocks: list[Block] = field(default_factory=list)
    thread_ts: str | None = None
    attachments: list[Payload] = field(default_factory=list)


@dataclass
class Bookmark:
    """A link in a channel's header."""

    id: str
    channel_id: str
    title: str
    link: str
    emoji: str = ""
    type: str = "link"
    date_created: int = 0
    date_updated: int = 0
    rank: str = "0"


@dataclass
class Channel:
    """A public channel, private channel or direct message, with its messages."""

    id: str
    name: str
    creator: str
    created: int
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    pins: dict[str, Payload] = field(default_factory=dict)
    bookmarks: dict[str, Bookmark] = field(default_factory=dict)
    topic: ChannelText = field(default_factory=ChannelText)
    purpose: ChannelText = field(default_factory=ChannelText)
    previous_names: list[str] = field(default_factory=list)
    last_read: dict[str, str] = field(default_factory=dict)
    canvas: str = ""

    @property
    def kind(self) -> str:
        """The channel's type in message events: channel, group or im."""
        if self.is_im:
            return "im"
        return "group" if self.is_private else "channel"


@dataclass
class View:
    """A modal on a person's stack, or a person's Home tab."""

    id: str
    user: str
    type: str
    blocks: list[Block]
    hash: str
    callback_id: str = ""
    private_metadata: str = ""
    external_id: str = ""
    title: Payload | None = None
    submit: Payload | None = None
    close: Payload | None = None
    clear_on_close: bool = False
    notify_on_close: bool = False
    root_view_id: str = ""
    previous_view_id: str | None = None
    trigger_id: str = ""
    conversation: str = ""
    values: dict[str, dict[str, Payload]] = field(default_factory=dict)
    suggested_options: dict[str, list[Payload]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """What the host of a workspace tells whoever has the page open, in mrkdwn. The page goes along to its `channel`."""

    title: str
    text: str = ""
    steps: tuple[str, ...] = ()
    channel: str | None = None
