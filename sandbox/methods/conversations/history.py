"""Messages of a channel: conversations.history, conversations.replies, chat.getPermalink."""

from collections.abc import Iterable

from sandbox.api.api_call import ApiCall
from sandbox.api.cursors import decode_cursor, encode_cursor
from sandbox.api.tiers import SPECIAL, T3
from sandbox.methods.method import Method
from sandbox.state.entities import Message, Payload
from sandbox.state.serializers import serialize_message
from sandbox.state.workspace_clock import parse_ts
from sandbox.workspace_errors import SlackError

MAX_LIMIT = 999
SCOPES = ("channels:history", "groups:history", "im:history", "mpim:history")


def history(call: ApiCall) -> Payload:
    """Return a channel's messages, newest first, with replies only if they were also sent to the channel."""
    channel = call.channel(scope_for="history", member_only=True)
    top_level = [one for one in channel.messages.values() if not one.is_reply or one.broadcast]
    selected = list(_between(call, top_level))
    before = decode_cursor(call.text("cursor"), "before")
    newest = [one for one in reversed(selected) if before is None or parse_ts(one.ts) < parse_ts(before)]
    items = newest[: call.number("limit", 100, maximum=MAX_LIMIT)]
    more = len(items) < len(newest)
    next_page = {"next_cursor": encode_cursor("before", items[-1].ts) if more else ""}
    body = {"messages": _serialize(call, items), "has_more": more, "pin_count": len(channel.pins)}
    return body | ({"response_metadata": next_page} if more else {})


def replies(call: ApiCall) -> Payload:
    """Return a thread: its parent, then the replies, oldest first."""
    channel = call.channel(scope_for="history", member_only=True)
    parent = channel.messages.get(call.required("ts", "thread_not_found"))
    if parent is None:
        raise SlackError("thread_not_found")
    thread_replies = [channel.messages[ts] for ts in channel.threads.get(parent.ts, [])]
    after = decode_cursor(call.text("cursor"), "after")
    selected = [one for one in _between(call, thread_replies) if after is None or parse_ts(one.ts) > parse_ts(after)]
    items = selected[: call.number("limit", MAX_LIMIT, maximum=MAX_LIMIT)]
    more = len(items) < len(selected)
    body: Payload = {"messages": _serialize(call, [parent, *items]), "has_more": more}
    return body | ({"response_metadata": {"next_cursor": encode_cursor("after", items[-1].ts)}} if more else {})


def permalink(call: ApiCall) -> Payload:
    """Return a message's URL on this workspace's page."""
    channel = call.channel()
    message = channel.messages.get(call.required("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    link = f"{call.services.page_url()}archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _between(call: ApiCall, messages: Iterable[Message]) -> Iterable[Message]:
    """Yield the messages between `oldest` and `latest`, bounds excluded unless `inclusive`."""
    oldest, latest = _bound(call, "oldest"), _bound(call, "latest")
    inclusive = call.flag("inclusive")
    for message in messages:
        at = parse_ts(message.ts)
        if oldest is not None and (at < oldest or (at == oldest and not inclusive)):
            continue
        if latest is not None and (at > latest or (at == latest and not inclusive)):
            continue
        yield message


def _bound(call: ApiCall, name: str) -> int | None:
    value = call.text(name)
    if not value:
        return None
    try:
        return parse_ts(value)
    except ValueError as invalid:
        raise SlackError(f"invalid_ts_{name}") from invalid


def _serialize(call: ApiCall, messages: list[Message]) -> list[Payload]:
    metadata = call.flag("include_all_metadata")
    return [serialize_message(call.ws, message, metadata=metadata) for message in messages]


METHODS = {
    "conversations.history": Method(history, T3, SCOPES),
    "conversations.replies": Method(replies, T3, SCOPES),
    "chat.getPermalink": Method(permalink, SPECIAL),
}
