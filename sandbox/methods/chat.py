"""The bot's messages: chat.postMessage, update, delete, postEphemeral, unfurl."""

from sandbox.api.api_call import ApiCall, RateLimitedError
from sandbox.api.message_metadata import checked_metadata
from sandbox.api.tiers import POSTING, T3, T4
from sandbox.blocks import LIMITS, attachments_with_ids, check_message, with_ids
from sandbox.methods.method import Method
from sandbox.state.entities import Block, Channel, Ephemeral, Message, Payload
from sandbox.state.mutations import message_mutations
from sandbox.state.serializers import serialize_message
from sandbox.workspace_errors import SlackError


def post_message(call: ApiCall) -> Payload:
    """Post to a channel, thread or direct message."""
    channel = destination(call)
    text, blocks, attachments = content(call)
    thread_ts = call.text("thread_ts") or None
    if thread_ts is not None and thread_ts not in channel.messages:
        raise SlackError("thread_not_found")
    metadata = checked_metadata(call.json("metadata"))
    wait = call.services.take_channel_slot(channel.id)
    if wait:
        raise RateLimitedError(wait)
    message = message_mutations.post(
        call.ws,
        channel,
        call.bot,
        text[: LIMITS["message.text"]],
        blocks=blocks,
        attachments=attachments,
        thread_ts=thread_ts,
        broadcast=bool(thread_ts) and call.flag("reply_broadcast"),
        metadata=metadata,
    )
    return {"channel": channel.id, "ts": message.ts, "message": serialize_message(call.ws, message, metadata=True)}


def update(call: ApiCall) -> Payload:
    """Edit one of the bot's messages. Blocks are removed when only text is given."""
    message = _own_message(call, "cant_update_message")
    if len(call.text("text")) > LIMITS["update.text"]:
        raise SlackError("msg_too_long")
    text, blocks, attachments = content(call, edited=message)
    changed: Payload = {"blocks": blocks}
    if call.json("attachments") is not None:
        changed["attachments"] = attachments
    metadata = checked_metadata(call.json("metadata"))
    if metadata is not None:
        changed["metadata"] = metadata or None
    message_mutations.edit(call.ws, message, by=call.bot, text=text, changes=changed)
    body = serialize_message(call.ws, message, metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": text, "message": body}


def delete(call: ApiCall) -> Payload:
    """Delete one of the bot's messages."""
    message = _own_message(call, "cant_delete_message")
    message_mutations.delete(call.ws, message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(call: ApiCall) -> Payload:
    """Show a message to one member of the channel."""
    channel = call.writable_channel()
    user = call.required("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks, attachments = content(call)
    if len(text.encode("utf-8", "replace")) > LIMITS["ephemeral.text"]:
        raise SlackError("msg_too_long")
    thread = call.text("thread_ts") or None
    body = Ephemeral(call.ws.timestamps.next(), channel.id, user, text, call.bot, blocks, thread, attachments)
    message_mutations.post_ephemeral(call.ws, body)
    return {"message_ts": body.ts}


def unfurl(call: ApiCall) -> Payload:
    """Accept link previews, which this workspace does not show."""
    channel = call.channel(member_only=True)
    if call.required("ts") not in channel.messages:
        raise SlackError("cannot_find_message")
    if not isinstance(call.json("unfurls"), dict) and not checked_metadata(call.json("metadata")):
        raise SlackError("missing_unfurls")
    return {}


def destination(call: ApiCall) -> Channel:
    """Return a message's channel: by id or name, or a person's direct message."""
    requested = call.required("channel", "channel_not_found")
    if requested in call.ws.people:
        call.services.scopes.require(("im:write", "chat:write"))
        return call.ws.dm(requested)
    try:
        channel = call.ws.find_channel(requested)
    except KeyError as unknown:
        raise SlackError("channel_not_found") from unknown
    if call.bot not in channel.members:
        if channel.kind != "channel":
            raise SlackError("channel_not_found")
        if channel.is_archived:
            raise SlackError("is_archived")
        if not call.services.scopes.has("chat:write.public"):
            raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


def content(call: ApiCall, edited: Message | None = None) -> tuple[str, list[Block], list[Payload]]:
    """Return text, checked blocks and attachments. SlackError for an empty message, or text given twice."""
    text, markdown = call.text("text"), call.text("markdown_text")
    blocks_argument = call.json("blocks")
    if markdown:
        if text or blocks_argument:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > LIMITS["markdown.text"]:
            raise SlackError("msg_too_long")
        return markdown, [], []
    attachments = attachments_with_ids(call.ws, call.json("attachments"))
    blocks = with_ids(call.ws, check_message(blocks_argument)) if blocks_argument is not None else []
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    if edited is not None and not text:
        text = edited.text
    return text, blocks, attachments


def _own_message(call: ApiCall, error: str) -> Message:
    channel = call.channel()
    message = channel.messages.get(call.required("ts"))
    if message is None or message.subtype == "tombstone":
        raise SlackError("message_not_found")
    if message.user != call.bot or message.subtype not in (None, "thread_broadcast"):
        raise SlackError(error)
    if channel.is_archived:
        raise SlackError("is_inactive")
    return message


WRITE = ("chat:write",)
METHODS = {
    "chat.postMessage": Method(post_message, POSTING, WRITE),
    "chat.update": Method(update, T3, WRITE),
    "chat.delete": Method(delete, T3, WRITE),
    "chat.postEphemeral": Method(post_ephemeral, T4, WRITE),
    "chat.unfurl": Method(unfurl, T3, ("links:write",)),
}
