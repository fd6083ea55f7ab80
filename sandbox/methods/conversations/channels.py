"""The life of a channel: conversations.create, rename, archive, unarchive, info, list, setTopic, setPurpose."""

from sandbox.api.api_call import ApiCall
from sandbox.api.cursors import page
from sandbox.api.tiers import T2, T3
from sandbox.blocks import LIMITS
from sandbox.methods.method import Method
from sandbox.methods.users import READ
from sandbox.state.entities import Channel, Payload
from sandbox.state.mutations import channel_mutations as changes
from sandbox.state.serializers import show_channel
from sandbox.workspace_errors import SlackError

MANAGE = ("channels:manage", "groups:write", "im:write", "mpim:write")
TOPIC = (*MANAGE, "channels:write.topic", "groups:write.topic")
KINDS = {"channel": "public_channel", "group": "private_channel", "im": "im"}


def create(call: ApiCall) -> Payload:
    """Make a channel with the bot as its only member."""
    is_private = call.flag("is_private")
    call.services.scopes.demand(("groups:write",) if is_private else ("channels:manage",))
    name = checked_name(call.text("name"))
    _is_free(call, name)
    return {"channel": _show(call, changes.create(call.ws, name, call.bot, is_private=is_private))}


def rename(call: ApiCall) -> Payload:
    """Give the bot's own channel another name, made to fit rather than refused."""
    channel = call.open_channel(need="manage")
    if channel.creator != call.bot:
        raise SlackError("not_authorized")
    name = fitted_name(call.text("name"))
    if name != channel.name:
        _is_free(call, name)
        changes.rename(call.ws, channel, call.bot, name)
    return {"channel": _show(call, channel)}


def archive(call: ApiCall) -> Payload:
    """Archive a channel the bot is in."""
    channel = _no_im(call.channel(need="manage"))
    if channel.is_archived:
        raise SlackError("already_archived")
    if channel.name == "general":
        raise SlackError("cant_archive_general")
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    changes.archive(call.ws, channel, call.bot)
    return {}


def unarchive(call: ApiCall) -> Payload:
    """Refuse: bot tokens cannot bring an archived channel back."""
    channel = _no_im(call.channel(need="manage"))
    raise SlackError("not_in_channel" if channel.is_archived else "not_archived")


def info(call: ApiCall) -> Payload:
    """Tell about one channel."""
    channel = call.channel(need="read")
    shown = _show(call, channel)
    if not call.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def listing(call: ApiCall) -> Payload:
    """List channels page by page: public ones, and those others the bot is in."""
    wanted = call.ids("types") or ["public_channel"]
    found = [
        channel
        for channel in call.ws.channels.values()
        if KINDS[channel.kind] in wanted
        and (channel.kind == "channel" or call.bot in channel.members)
        and not (call.flag("exclude_archived") and channel.is_archived)
    ]
    items, following = page(call, found)
    return {"channels": [_show(call, channel) for channel in items], **following}


def set_topic(call: ApiCall) -> Payload:
    """Change the topic, at most 250 characters."""
    channel = call.open_channel(need="topic")
    value = call.text("topic")
    if len(value) > LIMITS["topic"]:
        raise SlackError("too_long")
    changes.set_topic(call.ws, channel, call.bot, value)
    return {"channel": _show(call, channel), "topic": value}


def set_purpose(call: ApiCall) -> Payload:
    """Change the purpose, at most 250 characters."""
    channel = call.open_channel(need="topic")
    value = call.text("purpose")
    if len(value) > LIMITS["purpose"]:
        raise SlackError("too_long")
    changes.set_purpose(call.ws, channel, call.bot, value)
    return {"channel": _show(call, channel), "purpose": value}


def checked_name(name: str) -> str:
    """Return a channel name Slack takes; refuse any other by its rule."""
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > LIMITS["channel.name"]:
        raise SlackError("invalid_name_maxlength")
    if any(not _allowed(letter) for letter in name):
        raise SlackError("invalid_name_specials")
    if not any(letter.isalnum() for letter in name):
        raise SlackError("invalid_name_punctuation")
    return name


def fitted_name(name: str) -> str:
    """Return what Slack silently makes of a wished name when renaming."""
    fitted = "".join(letter if _allowed(letter) else "-" for letter in name.lower())[: LIMITS["channel.name"]]
    return checked_name(fitted)


def _allowed(letter: str) -> bool:
    return letter in "-_" or (letter.isalnum() and letter == letter.lower())


def _is_free(call: ApiCall, name: str) -> None:
    if any(channel.name == name for channel in call.ws.channels.values()):
        raise SlackError("name_taken")


def _no_im(channel: Channel) -> Channel:
    if channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    return channel


def _show(call: ApiCall, channel: Channel) -> Payload:
    return show_channel(call.ws, channel, call.bot)


METHODS = {
    "conversations.create": Method(create, T2, MANAGE),
    "conversations.rename": Method(rename, T2, MANAGE),
    "conversations.archive": Method(archive, T2, MANAGE),
    "conversations.unarchive": Method(unarchive, T2, MANAGE),
    "conversations.info": Method(info, T3, READ),
    "conversations.list": Method(listing, T2, READ),
    "conversations.setTopic": Method(set_topic, T2, TOPIC),
    "conversations.setPurpose": Method(set_purpose, T2, TOPIC),
}
