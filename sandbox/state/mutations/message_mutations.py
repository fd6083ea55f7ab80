"""Changes of messages: post, edit, delete, reactions, pins; each with its event.

Check no permission: the Web API methods and `Actor` do. The caller holds the workspace's lock.
"""

import re
import uuid
from typing import Any

from sandbox.state.entities import Block, Channel, Ephemeral, Message, Payload
from sandbox.state.serializers import serialize_message
from sandbox.state.workspace import Workspace

MENTION = re.compile(r"<@(U\w+)>")


def post(ws: Workspace, channel: Channel, user: str, text: str, **more: Any) -> Message:
    """Post a message to a channel. `more` holds fields of Message, such as thread_ts, blocks, subtype, extra."""
    message = Message(ws.timestamps.next(), channel.id, user, text, **more)
    parent = channel.messages.get(message.thread_ts or "")
    if parent is not None and parent.is_reply:
        message.thread_ts = parent.thread_ts
    person = ws.people[user]
    if person.is_bot:
        message.bot_id, message.app_id = person.bot_id, ws.app_id
    elif message.subtype is None:
        message.client_msg_id = str(uuid.uuid4())
    if message.broadcast:
        message.subtype = "thread_broadcast"
    channel.messages[message.ts] = message
    _join_thread(channel, message)
    channel.last_read[user] = message.ts
    event = serialize_message(ws, message) | _location(channel, message.ts)
    if message.client_msg_id and not message.blocks:
        event["blocks"] = [_rich_text(text)]
    ws.publish_event(event, channel)
    can_mention = message.subtype in (None, "thread_broadcast", "file_share") and not channel.is_im
    if can_mention and ws.bot.id in MENTION.findall(text):
        ws.publish_event({**event, "type": "app_mention"}, channel)
    return message


def edit(ws: Workspace, message: Message, *, by: str, text: str, changes: Payload | None = None) -> None:
    """Replace a message's text. `changes` holds other fields of Message."""
    before = serialize_message(ws, message)
    message.text = text
    for name, value in (changes or {}).items():
        setattr(message, name, value)
    ts = ws.timestamps.next()
    message.edited = {"user": by, "ts": ts}
    _announce_change(ws, message, before, ts)


def delete(ws: Workspace, message: Message) -> None:
    """Delete a message. A thread's parent leaves a tombstone."""
    channel = ws.channels[message.channel]
    before = serialize_message(ws, message)
    ts = ws.timestamps.next()
    channel.pins.pop(message.ts, None)
    if channel.threads.get(message.ts):
        message.subtype, message.user, message.text = "tombstone", "USLACKBOT", "This message was deleted."
        message.blocks, message.files, message.reactions, message.metadata = [], [], {}, None
        message.extra = {"hidden": True}
        _announce_change(ws, message, before, ts)
        return
    del channel.messages[message.ts]
    if message.thread_ts and message.ts in channel.threads.get(message.thread_ts, []):
        channel.threads[message.thread_ts].remove(message.ts)
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "deleted_ts": message.ts}
    ws.publish_event(event | {"previous_message": before} | _location(channel, ts), channel)


def delete_file(ws: Workspace, file_id: str) -> None:
    """Delete a file. Each message that shared it keeps its tombstone in place of the file."""
    tombstone = {"id": file_id, "mode": "tombstone"}
    ws.files[file_id] = tombstone
    ws.file_bytes.pop(file_id, None)
    for channel in ws.channels.values():
        for message in channel.messages.values():
            if any(one["id"] == file_id for one in message.files):
                message.files = [tombstone if one["id"] == file_id else one for one in message.files]
    ws.publish_event({"type": "file_deleted", "file_id": file_id, "event_ts": ws.timestamps.next()})


def react(ws: Workspace, message: Message, user: str, name: str) -> None:
    """Add a person's reaction."""
    message.reactions.setdefault(name, []).append(user)
    _announce_reaction(ws, message, user, name, "reaction_added")


def unreact(ws: Workspace, message: Message, user: str, name: str) -> None:
    """Remove a person's reaction."""
    message.reactions[name].remove(user)
    if not message.reactions[name]:
        del message.reactions[name]
    _announce_reaction(ws, message, user, name, "reaction_removed")


def pin(ws: Workspace, message: Message, user: str) -> None:
    """Pin a message to its channel."""
    channel = ws.channels[message.channel]
    channel.pins[message.ts] = {"created": ws.seconds(), "created_by": user}
    _announce_pin(ws, channel, message, user, "pin_added")


def unpin(ws: Workspace, message: Message, user: str) -> None:
    """Unpin a message."""
    channel = ws.channels[message.channel]
    del channel.pins[message.ts]
    _announce_pin(ws, channel, message, user, "pin_removed")


def post_ephemeral(ws: Workspace, ephemeral: Ephemeral) -> None:
    """Show a message to one person. Each person's latest fifty are kept."""
    ephemerals = ws.ephemerals.setdefault(ephemeral.user, [])
    ephemerals.append(ephemeral)
    del ephemerals[:-50]


def _join_thread(channel: Channel, message: Message) -> None:
    if not message.is_reply or message.thread_ts is None:
        return
    channel.threads.setdefault(message.thread_ts, []).append(message.ts)
    parent = channel.messages.get(message.thread_ts)
    if parent is not None:
        parent.thread_ts = parent.ts


def _announce_change(ws: Workspace, message: Message, before: Payload, ts: str) -> None:
    channel = ws.channels[message.channel]
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "message": serialize_message(ws, message)}
    ws.publish_event(event | {"previous_message": before} | _location(channel, ts), channel)


def _announce_reaction(ws: Workspace, message: Message, user: str, name: str, event_type: str) -> None:
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    event = {"type": event_type, "user": user, "reaction": name, "item": item, "item_user": message.user}
    ws.publish_event(event | {"event_ts": ws.timestamps.next()}, ws.channels[message.channel])


def _announce_pin(ws: Workspace, channel: Channel, message: Message, user: str, event_type: str) -> None:
    item = {"type": "message", "channel": channel.id, "message": serialize_message(ws, message), "created_by": user}
    event = {"type": event_type, "user": user, "channel_id": channel.id, "item": item, "event_ts": ws.timestamps.next()}
    ws.publish_event(event, channel)


def _location(channel: Channel, ts: str) -> Payload:
    return {"channel": channel.id, "channel_type": channel.kind, "ts": ts, "event_ts": ts}


def _rich_text(text: str) -> Block:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": "b0", "elements": [section]}
