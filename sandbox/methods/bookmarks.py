"""Bookmarks: bookmarks.add, edit, remove, list."""

from sandbox.api.api_call import ApiCall
from sandbox.api.tiers import T2, T3
from sandbox.blocks import LIMITS
from sandbox.methods.method import Method
from sandbox.state.entities import Bookmark, Channel, Payload
from sandbox.state.mutations import channel_mutations
from sandbox.state.serializers import serialize_bookmark
from sandbox.state.text_formats import is_web_url
from sandbox.workspace_errors import SlackError


def add(call: ApiCall) -> Payload:
    """Add a link to a channel's header."""
    channel = call.writable_channel("channel_id")
    title, link = call.required("title"), call.text("link")
    if call.text("type", "link") != "link":
        raise SlackError("invalid_bookmark_type")
    _require_link(link)
    if len(channel.bookmarks) >= LIMITS["bookmarks.count"]:
        raise SlackError("too_many_bookmarks")
    return {
        "bookmark": serialize_bookmark(
            channel_mutations.add_bookmark(call.ws, channel, title, link, call.text("emoji"))
        )
    }


def edit(call: ApiCall) -> Payload:
    """Change a bookmark's title, link or emoji."""
    bookmark = _find_bookmark(call, call.writable_channel("channel_id"))
    if call.text("link"):
        _require_link(call.text("link"))
    bookmark.title, bookmark.link = call.text("title", bookmark.title), call.text("link", bookmark.link)
    bookmark.emoji, bookmark.date_updated = call.text("emoji", bookmark.emoji), call.ws.seconds()
    return {"bookmark": serialize_bookmark(bookmark)}


def remove(call: ApiCall) -> Payload:
    """Remove a bookmark."""
    channel = call.writable_channel("channel_id")
    del channel.bookmarks[_find_bookmark(call, channel).id]
    return {}


def list_bookmarks(call: ApiCall) -> Payload:
    """Return a channel's bookmarks."""
    channel = call.channel("channel_id", member_only=True)
    return {"bookmarks": [serialize_bookmark(bookmark) for bookmark in channel.bookmarks.values()]}


def _find_bookmark(call: ApiCall, channel: Channel) -> Bookmark:
    bookmark = channel.bookmarks.get(call.required("bookmark_id"))
    if bookmark is None:
        raise SlackError("not_found")
    return bookmark


def _require_link(link: str) -> None:
    if not is_web_url(link):
        raise SlackError("invalid_link")


METHODS = {
    "bookmarks.add": Method(add, T2, ("bookmarks:write",)),
    "bookmarks.edit": Method(edit, T2, ("bookmarks:write",)),
    "bookmarks.remove": Method(remove, T2, ("bookmarks:write",)),
    "bookmarks.list": Method(list_bookmarks, T3, ("bookmarks:read",)),
}
