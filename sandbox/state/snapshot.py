"""What one person sees of the workspace, as JSON for the page.

Private channels and direct messages are visible to members, ephemeral messages and forms to their recipient. Read-only.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import Any

from sandbox.state.entities import Channel, Ephemeral, Message, Payload, View
from sandbox.state.serializers import serialize_bookmark, serialize_message, serialize_view
from sandbox.state.workspace import Workspace

MESSAGE_LIMIT = 300
# Texts in which nothing is a mention, and elements of rich text that are one.
LITERAL_TEXTS = ("plain_text", "raw_text", "text")
RICH_MENTIONS = {"user": "<@{user_id}>", "usergroup": "<!subteam^{usergroup_id}>", "broadcast": "<!{range}>"}


def snapshot(
    ws: Workspace,
    user: str,
    *,
    manifest: Mapping[str, Any] | None = None,
    messages_of: Collection[str] | None = None,
) -> Payload:
    """Return what a person sees, with the messages of all visible channels or of `messages_of` only."""
    with ws.lock:
        me = ws.find_person(user)
        channels = [
            _channel(ws, channel, me.id, with_messages=messages_of is None or channel.id in messages_of)
            for channel in ws.visible_to(me.id)
        ]
        home = ws.homes.get(me.id)
        return {
            "team": {"id": ws.team_id, "name": ws.domain.capitalize(), "domain": ws.domain},
            "now": ws.clock.now().isoformat(),
            "me": me.id,
            "bot": ws.bot.id,
            "people": [dict(vars(person)) for person in ws.people.values()],
            "usergroups": [dict(vars(group)) for group in ws.usergroups.values()],
            "channels": channels,
            "modals": [_view(ws, view) for view in ws.stack(me.id)],
            "home": _view(ws, home) if home else None,
            "notice": dict(vars(ws.notice)) if ws.notice else None,
            **features(manifest),
        }


def features(manifest: Mapping[str, Any] | None) -> Payload:
    """Return the manifest's slash commands and shortcuts."""
    app_features = (manifest or {}).get("features") or {}
    return {"commands": app_features.get("slash_commands") or [], "shortcuts": app_features.get("shortcuts") or []}


def _channel(ws: Workspace, channel: Channel, user: str, *, with_messages: bool) -> Payload:
    last_read = channel.last_read.get(user, "0")
    unread = [] if user not in channel.members else [m for m in _unread_messages(channel, last_read) if m.user != user]
    body: Payload = {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": user in channel.members,
        "members": list(channel.members),
        "creator": channel.creator,
        "topic": channel.topic.value,
        "purpose": channel.purpose.value,
        "bookmarks": [serialize_bookmark(bookmark) for bookmark in channel.bookmarks.values()],
        "pins": list(channel.pins),
        "last_read": last_read,
        "unread": len(unread),
        "mentions": len(unread) if channel.is_im else sum(_notifies(ws, m, user) for m in unread),
        "messages": None,
    }
    if with_messages:
        body["messages"] = _messages(ws, channel, user)
    return body


def _notifies(ws: Workspace, message: Message, user: str) -> bool:
    """True if a message mentions a member of its channel: by name, in a group, or all of the channel.

    Slack notifies no one outside the channel, whatever the message says.
    """
    groups = [f"<!subteam^{group.id}" for group in ws.usergroups.values() if user in group.users]
    marks = (f"<@{user}", "<!channel", "<!here", "<!everyone", *groups)
    return any(mark in text for text in _texts([message.text, message.blocks, message.attachments]) for mark in marks)


def _texts(part: Any) -> Iterator[str]:
    """Yield every text in a message's JSON that may mention, and mentions in rich text as mrkdwn writes them."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        yield from chain.from_iterable(map(_texts, part))
    elif isinstance(part, dict) and part.get("type") not in LITERAL_TEXTS:
        mention = RICH_MENTIONS.get(str(part.get("type")))
        yield from [mention.format_map(part)] if mention else _texts(list(part.values()))


def _unread_messages(channel: Channel, ts: str) -> list[Message]:
    """Return the messages after a timestamp, newest first, without joins and other system messages."""
    found = []
    for message in reversed(channel.messages.values()):
        if message.ts <= ts:
            break
        if message.subtype in (None, "thread_broadcast", "file_share", "bot_message"):
            found.append(message)
    return found


def _messages(ws: Workspace, channel: Channel, user: str) -> list[Payload]:
    latest = list(channel.messages.values())[-MESSAGE_LIMIT:]
    body = [serialize_message(ws, message) | {"pinned": message.ts in channel.pins} for message in latest]
    ephemerals = [one for one in ws.ephemerals.get(user, []) if one.channel == channel.id]
    return sorted(body + [_ephemeral(one) for one in ephemerals], key=lambda one: str(one["ts"]))


def _ephemeral(one: Ephemeral) -> Payload:
    return {
        "type": "message",
        "user": one.sender,
        "ts": one.ts,
        "text": one.text,
        "blocks": one.blocks,
        "attachments": one.attachments,
        "thread_ts": one.thread_ts,
        "ephemeral": True,
    }


def _view(ws: Workspace, view: View) -> Payload:
    return serialize_view(ws, view) | {"errors": dict(view.errors)}
