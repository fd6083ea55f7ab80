"""What was said: conversations.history, conversations.replies, chat.getPermalink."""

from collections.abc import Iterable

from sandbox.api.api_call import ApiCall
from sandbox.api.cursors import make_cursor, open_cursor
from sandbox.api.tiers import HUNDREDS, T3
from sandbox.methods.method import Method
from sandbox.state.entities import Message, Payload
from sandbox.state.serializers import show_message
from sandbox.state.workspace_clock import parse_ts
from sandbox.workspace_errors import SlackError

MOST = 999
SCOPES = ("channels:history", "groups:history", "im:history", "mpim:history")


def history(call: ApiCall) -> Payload:
    """Return a channel's messages, newest first; replies only when they were sent to the channel as well."""
    channel = call.channel(need="history", inside=True)
    top = [one for one in channel.messages.values() if not one.is_reply or one.broadcast]
    wanted = list(_between(call, top))
    before = open_cursor(call.text("cursor"), "before")
    newest = [one for one in reversed(wanted) if before is None or parse_ts(one.ts) < parse_ts(before)]
    items = newest[: call.number("limit", 100, most=MOST)]
    more = len(items) < len(newest)
    following = {"next_cursor": make_cursor("before", items[-1].ts) if more else ""}
    shown = {"messages": _show(call, items), "has_more": more, "pin_count": len(channel.pins)}
    return shown | ({"response_metadata": following} if more else {})


def replies(call: ApiCall) -> Payload:
    """Return a thread, its head first and then the replies from the oldest."""
    channel = call.channel(need="history", inside=True)
    head = channel.messages.get(call.need("ts", "thread_not_found"))
    if head is None:
        raise SlackError("thread_not_found")
    rest = [channel.messages[ts] for ts in channel.threads.get(head.ts, [])]
    after = open_cursor(call.text("cursor"), "after")
    wanted = [one for one in _between(call, rest) if after is None or parse_ts(one.ts) > parse_ts(after)]
    items = wanted[: call.number("limit", MOST, most=MOST)]
    more = len(items) < len(wanted)
    shown: Payload = {"messages": _show(call, [head, *items]), "has_more": more}
    return shown | ({"response_metadata": {"next_cursor": make_cursor("after", items[-1].ts)}} if more else {})


def permalink(call: ApiCall) -> Payload:
    """Return the address of a message on this workspace's page."""
    channel = call.channel()
    message = channel.messages.get(call.need("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    link = f"{call.services.page_url()}archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _between(call: ApiCall, messages: Iterable[Message]) -> Iterable[Message]:
    """Yield the messages between `oldest` and `latest`, the ends themselves only when `inclusive`."""
    oldest, latest = _moment(call, "oldest"), _moment(call, "latest")
    inclusive = call.flag("inclusive")
    for message in messages:
        at = parse_ts(message.ts)
        if oldest is not None and (at < oldest or (at == oldest and not inclusive)):
            continue
        if latest is not None and (at > latest or (at == latest and not inclusive)):
            continue
        yield message


def _moment(call: ApiCall, name: str) -> int | None:
    value = call.text(name)
    if not value:
        return None
    try:
        return parse_ts(value)
    except ValueError as broken:
        raise SlackError(f"invalid_ts_{name}") from broken


def _show(call: ApiCall, messages: list[Message]) -> list[Payload]:
    metadata = call.flag("include_all_metadata")
    return [show_message(call.ws, message, metadata=metadata) for message in messages]


METHODS = {
    "conversations.history": Method(history, T3, SCOPES),
    "conversations.replies": Method(replies, T3, SCOPES),
    "chat.getPermalink": Method(permalink, HUNDREDS),
}
