"""Bookmarks: bookmarks.add, edit, remove, list."""

from sandbox.api.api_call import ApiCall
from sandbox.api.tiers import T2, T3
from sandbox.blocks import LIMITS
from sandbox.methods.method import Method
from sandbox.state.entities import Bookmark, Channel, Payload
from sandbox.state.mutations import channel_mutations
from sandbox.state.serializers import show_bookmark
from sandbox.workspace_errors import SlackError


def add(call: ApiCall) -> Payload:
    """Put a link at the head of a channel."""
    channel = call.open_channel("channel_id")
    title, link = call.need("title"), call.text("link")
    if call.text("type", "link") != "link":
        raise SlackError("invalid_bookmark_type")
    _is_link(link)
    if len(channel.bookmarks) >= LIMITS["bookmarks.count"]:
        raise SlackError("too_many_bookmarks")
    return {
        "bookmark": show_bookmark(channel_mutations.add_bookmark(call.ws, channel, title, link, call.text("emoji")))
    }


def edit(call: ApiCall) -> Payload:
    """Change a bookmark's title, link or emoji."""
    mark = _bookmark(call, call.open_channel("channel_id"))
    if call.text("link"):
        _is_link(call.text("link"))
    mark.title, mark.link = call.text("title", mark.title), call.text("link", mark.link)
    mark.emoji, mark.date_updated = call.text("emoji", mark.emoji), call.ws.seconds()
    return {"bookmark": show_bookmark(mark)}


def remove(call: ApiCall) -> Payload:
    """Take a bookmark away."""
    channel = call.open_channel("channel_id")
    del channel.bookmarks[_bookmark(call, channel).id]
    return {}


def listing(call: ApiCall) -> Payload:
    """List a channel's bookmarks."""
    channel = call.channel("channel_id", inside=True)
    return {"bookmarks": [show_bookmark(mark) for mark in channel.bookmarks.values()]}


def _bookmark(call: ApiCall, channel: Channel) -> Bookmark:
    mark = channel.bookmarks.get(call.need("bookmark_id"))
    if mark is None:
        raise SlackError("not_found")
    return mark


def _is_link(link: str) -> None:
    if not link.startswith(("http://", "https://")):
        raise SlackError("invalid_link")


METHODS = {
    "bookmarks.add": Method(add, T2, ("bookmarks:write",)),
    "bookmarks.edit": Method(edit, T2, ("bookmarks:write",)),
    "bookmarks.remove": Method(remove, T2, ("bookmarks:write",)),
    "bookmarks.list": Method(listing, T3, ("bookmarks:read",)),
}
