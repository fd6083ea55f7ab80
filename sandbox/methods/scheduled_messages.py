"""Messages for later: chat.scheduleMessage, deleteScheduledMessage, scheduledMessages.list, and posting what is due."""

from sandbox.api.api_call import ApiCall
from sandbox.api.cursors import page
from sandbox.api.tiers import T3
from sandbox.methods.chat import WRITE, content, destination
from sandbox.methods.method import Method
from sandbox.state.entities import Payload
from sandbox.state.mutations import message_mutations
from sandbox.state.workspace import Workspace
from sandbox.workspace_errors import SlackError

FURTHEST = 120 * 24 * 3600
WINDOW, MOST_IN_WINDOW = 300, 30


def schedule(call: ApiCall) -> Payload:
    """Keep a message until its time, at most 120 days ahead and thirty in five minutes of a channel."""
    channel = destination(call)
    text, blocks = content(call)
    at = call.number("post_at", 0, most=10**11, error="invalid_time")
    if at <= call.ws.seconds():
        raise SlackError("time_in_past")
    if at > call.ws.seconds() + FURTHEST:
        raise SlackError("time_too_far")
    near = [one for one in call.ws.scheduled.values() if one["channel_id"] == channel.id]
    if sum(one["post_at"] // WINDOW == at // WINDOW for one in near) >= MOST_IN_WINDOW:
        raise SlackError("restricted_too_many")
    kept: Payload = {
        "id": call.ws.new_id("Q"),
        "channel_id": channel.id,
        "post_at": at,
        "date_created": call.ws.seconds(),
        "text": text,
        "blocks": blocks,
        "never": call.json("metadata") is not None,
    }
    call.ws.scheduled[kept["id"]] = kept
    return {"channel": channel.id, "scheduled_message_id": kept["id"], "post_at": at, "message": {"text": text}}


def unschedule(call: ApiCall) -> Payload:
    """Drop a message that was kept for later."""
    if call.ws.scheduled.pop(call.need("scheduled_message_id"), None) is None:
        raise SlackError("invalid_scheduled_message_id")
    return {}


def listing(call: ApiCall) -> Payload:
    """List what is kept for later."""
    wanted = call.text("channel")
    kept = [one for one in call.ws.scheduled.values() if wanted in ("", one["channel_id"])]
    items, following = page(call, kept)
    shown = ("id", "channel_id", "post_at", "date_created", "text")
    return {"scheduled_messages": [{name: one[name] for name in shown} for one in items], **following}


def post_due(ws: Workspace) -> int:
    """Post what has come due; what was scheduled with metadata never is, which is Slack's own bug."""
    with ws.lock:
        due = [one for one in ws.scheduled.values() if one["post_at"] <= ws.seconds() and not one["never"]]
        for one in due:
            del ws.scheduled[one["id"]]
            message_mutations.post(ws, ws.channels[one["channel_id"]], ws.bot.id, one["text"], blocks=one["blocks"])
        return len(due)


METHODS = {
    "chat.scheduleMessage": Method(schedule, T3, WRITE),
    "chat.deleteScheduledMessage": Method(unschedule, T3, WRITE),
    "chat.scheduledMessages.list": Method(listing, T3),
}
