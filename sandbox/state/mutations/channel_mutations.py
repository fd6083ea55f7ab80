"""Changes of a channel: create, join, leave, rename, archive, topic; each with its event and its system message.

Check no permission. The caller holds the workspace's lock.
"""

from collections.abc import Sequence

from sandbox.state.entities import Bookmark, Channel, ChannelText
from sandbox.state.mutations.message_mutations import post
from sandbox.state.workspace import Workspace


def create(ws: Workspace, name: str, creator: str, *, is_private: bool = False) -> Channel:
    """Create a channel. Its creator joins as its first member."""
    channel = ws.add_channel(name, creator, is_private=is_private)
    channel.members.clear()
    if not is_private:
        summary = {"id": channel.id, "name": name, "created": channel.created, "creator": creator}
        ws.publish_event({"type": "channel_created", "channel": summary, "event_ts": ws.timestamps.next()}, channel)
    join(ws, channel, creator)
    return channel


def join(ws: Workspace, channel: Channel, user: str, *, inviter: str | None = None) -> None:
    """Add a member, with system message and event. No effect on a member."""
    if user in channel.members:
        return
    channel.members.append(user)
    channel.last_read[user] = max(channel.messages, default="0")
    inviter_field = {"inviter": inviter} if inviter else {}
    _post_system_message(ws, channel, user, "join", f"<@{user}> has joined the channel", **inviter_field)
    event = {"type": "member_joined_channel", "user": user, "channel": channel.id, "team": ws.team_id}
    ws.publish_event(
        event | {"channel_type": _channel_type(channel), "event_ts": ws.timestamps.next()} | inviter_field, channel
    )


def leave(ws: Workspace, channel: Channel, user: str) -> None:
    """Remove a member. Message and event come first, so that a leaving bot receives them."""
    _post_system_message(ws, channel, user, "leave", f"<@{user}> has left the channel")
    event = {"type": "member_left_channel", "user": user, "channel": channel.id, "team": ws.team_id}
    ws.publish_event(event | {"channel_type": _channel_type(channel), "event_ts": ws.timestamps.next()}, channel)
    channel.members.remove(user)


def invite(ws: Workspace, channel: Channel, users: Sequence[str], inviter: str) -> None:
    """Add several members on a person's invitation."""
    for user in users:
        join(ws, channel, user, inviter=inviter)


def set_topic(ws: Workspace, channel: Channel, user: str, value: str) -> None:
    """Change the topic, with its system message."""
    channel.topic = ChannelText(value, user, ws.seconds())
    text = f"set the channel topic: {value}" if value else "cleared the channel topic"
    _post_system_message(ws, channel, user, "topic", text, topic=value)


def set_purpose(ws: Workspace, channel: Channel, user: str, value: str) -> None:
    """Change the purpose, with its system message."""
    channel.purpose = ChannelText(value, user, ws.seconds())
    text = f"set the channel description: {value}"
    _post_system_message(ws, channel, user, "purpose", text, purpose=value)


def rename(ws: Workspace, channel: Channel, user: str, name: str) -> None:
    """Rename a channel."""
    old, channel.name = channel.name, name
    channel.previous_names.insert(0, old)
    text = f'has renamed the channel from "{old}" to "{name}"'
    _post_system_message(ws, channel, user, "name", text, old_name=old, name=name)
    summary = {"id": channel.id, "name": name, "name_normalized": name, "created": channel.created}
    ws.publish_event(
        {"type": f"{_prefix(channel)}_rename", "channel": summary, "event_ts": ws.timestamps.next()}, channel
    )


def archive(ws: Workspace, channel: Channel, user: str) -> None:
    """Archive a channel, which removes its bots."""
    _post_system_message(ws, channel, user, "archive", f"<@{user}> archived the channel")
    channel.is_archived = True
    _publish_change(ws, channel, user, "archive")
    channel.members = [member for member in channel.members if not ws.people[member].is_bot]


def unarchive(ws: Workspace, channel: Channel, user: str) -> None:
    """Unarchive a channel."""
    channel.is_archived = False
    _post_system_message(ws, channel, user, "unarchive", f"<@{user}> un-archived the channel")
    _publish_change(ws, channel, user, "unarchive")


def add_bookmark(ws: Workspace, channel: Channel, title: str, link: str, emoji: str) -> Bookmark:
    """Add a link to a channel's header."""
    now = ws.seconds()
    bookmark = Bookmark(ws.new_id("Bk"), channel.id, title, link, emoji, date_created=now, date_updated=now)
    channel.bookmarks[bookmark.id] = bookmark
    return bookmark


def _publish_change(ws: Workspace, channel: Channel, user: str, change: str) -> None:
    event = {"type": f"{_prefix(channel)}_{change}", "channel": channel.id, "user": user}
    ws.publish_event(event | {"event_ts": ws.timestamps.next()}, channel)


def _post_system_message(ws: Workspace, channel: Channel, user: str, change: str, text: str, **extra: str) -> None:
    """Post the message that Slack writes when a channel changes."""
    post(ws, channel, user, text, subtype=f"{_prefix(channel)}_{change}", extra=extra)


def _prefix(channel: Channel) -> str:
    return "group" if channel.is_private else "channel"


def _channel_type(channel: Channel) -> str:
    return "G" if channel.is_private else "C"
