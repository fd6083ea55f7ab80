"""Scheduled messages: chat.scheduleMessage, deleteScheduledMessage, scheduledMessages.list, and posting those due."""

from typing import Any

from sandbox.api.api_call import ApiCall
from sandbox.api.cursors import paginate
from sandbox.api.message_metadata import checked_metadata
from sandbox.api.tiers import T3
from sandbox.methods.chat import WRITE, content, destination
from sandbox.methods.method import Method
from sandbox.state.entities import Channel, Message, Payload
from sandbox.state.mutations import message_mutations
from sandbox.state.serializers import serialize_message
from sandbox.state.workspace import Workspace
from sandbox.workspace_errors import SlackError

MAX_AHEAD_SECONDS = 120 * 24 * 3600
WINDOW_SECONDS, MAX_IN_WINDOW = 300, 30


def schedule(call: ApiCall) -> Payload:
    """Schedule a message, at most 120 days ahead and thirty per channel in five minutes."""
    channel = destination(call)
    text, blocks, attachments = content(call)
    metadata = checked_metadata(call.json("metadata"))
    post_at = call.number("post_at", 0, maximum=10**11, error="invalid_time")
    if post_at <= call.ws.seconds():
        raise SlackError("time_in_past")
    if post_at > call.ws.seconds() + MAX_AHEAD_SECONDS:
        raise SlackError("time_too_far")
    nearby = [one for one in call.ws.scheduled.values() if one["channel_id"] == channel.id]
    if sum(one["post_at"] // WINDOW_SECONDS == post_at // WINDOW_SECONDS for one in nearby) >= MAX_IN_WINDOW:
        raise SlackError("restricted_too_many")
    scheduled: Payload = {
        "id": call.ws.new_id("Q"),
        "channel_id": channel.id,
        "post_at": post_at,
        "date_created": call.ws.seconds(),
        "text": text,
        "content": {
            "blocks": blocks,
            "attachments": attachments,
            "thread_ts": call.text("thread_ts") or None,
            "broadcast": bool(call.text("thread_ts")) and call.flag("reply_broadcast"),
        },
        "never": metadata is not None,
    }
    call.ws.scheduled[scheduled["id"]] = scheduled
    return {
        "channel": channel.id,
        "scheduled_message_id": scheduled["id"],
        "post_at": post_at,
        "message": _announced(call, channel, text, blocks=blocks, attachments=attachments, metadata=metadata),
    }


def unschedule(call: ApiCall) -> Payload:
    """Delete a scheduled message."""
    if call.ws.scheduled.pop(call.required("scheduled_message_id"), None) is None:
        raise SlackError("invalid_scheduled_message_id")
    return {}


def list_scheduled(call: ApiCall) -> Payload:
    """Return the scheduled messages."""
    channel = call.text("channel")
    scheduled = [one for one in call.ws.scheduled.values() if channel in ("", one["channel_id"])]
    items, next_page = paginate(call, scheduled)
    fields = ("id", "channel_id", "post_at", "date_created", "text")
    return {"scheduled_messages": [{name: one[name] for name in fields} for one in items], **next_page}


def post_due(ws: Workspace) -> int:
    """Post the messages that are due. One with metadata never is, which is Slack's own bug."""
    with ws.lock:
        due = [one for one in ws.scheduled.values() if one["post_at"] <= ws.seconds() and not one["never"]]
        for one in due:
            del ws.scheduled[one["id"]]
            message_mutations.post(ws, ws.channels[one["channel_id"]], ws.bot.id, one["text"], **one["content"])
        return len(due)


def _announced(call: ApiCall, channel: Channel, text: str, **more: Any) -> Payload:
    """Return a scheduled message as Slack will post it, without the timestamp that it has not yet."""
    message = Message("", channel.id, call.bot, text, bot_id=call.ws.bot.bot_id, app_id=call.ws.app_id, **more)
    body = serialize_message(call.ws, message, metadata=True)
    del body["ts"]
    return body


METHODS = {
    "chat.scheduleMessage": Method(schedule, T3, WRITE),
    "chat.deleteScheduledMessage": Method(unschedule, T3, WRITE),
    "chat.scheduledMessages.list": Method(list_scheduled, T3),
}
