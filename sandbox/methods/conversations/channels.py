"""Channels: conversations.create, rename, archive, unarchive, info, list, setTopic, setPurpose."""

from sandbox.api.api_call import ApiCall
from sandbox.api.cursors import paginate
from sandbox.api.tiers import T2, T3
from sandbox.blocks import LIMITS
from sandbox.methods.method import Method
from sandbox.methods.users import READ
from sandbox.state.entities import Channel, Payload
from sandbox.state.mutations import channel_mutations as changes
from sandbox.state.serializers import serialize_channel
from sandbox.workspace_errors import SlackError

MANAGE = ("channels:manage", "groups:write", "im:write", "mpim:write")
TOPIC = (*MANAGE, "channels:write.topic", "groups:write.topic")
KINDS = {"channel": "public_channel", "group": "private_channel", "im": "im"}


def create(call: ApiCall) -> Payload:
    """Create a channel with the bot as its only member."""
    is_private = call.flag("is_private")
    call.services.scopes.require(("groups:write",) if is_private else ("channels:manage",))
    name = check_name(call.text("name"))
    _require_free(call, name)
    return {"channel": _serialize(call, changes.create(call.ws, name, call.bot, is_private=is_private))}


def rename(call: ApiCall) -> Payload:
    """Rename a channel that the bot created. The name is adapted to Slack's rules, not rejected."""
    channel = call.writable_channel(scope_for="manage")
    if channel.creator != call.bot:
        raise SlackError("not_authorized")
    name = fit_name(call.text("name"))
    if name != channel.name:
        _require_free(call, name)
        changes.rename(call.ws, channel, call.bot, name)
    return {"channel": _serialize(call, channel)}


def archive(call: ApiCall) -> Payload:
    """Archive a channel that the bot is in."""
    channel = _require_channel(call.channel(scope_for="manage"))
    if channel.is_archived:
        raise SlackError("already_archived")
    if channel.name == "general":
        raise SlackError("cant_archive_general")
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    changes.archive(call.ws, channel, call.bot)
    return {}


def unarchive(call: ApiCall) -> Payload:
    """Reject: a bot token cannot unarchive a channel."""
    channel = _require_channel(call.channel(scope_for="manage"))
    raise SlackError("not_in_channel" if channel.is_archived else "not_archived")


def info(call: ApiCall) -> Payload:
    """Return one channel."""
    channel = call.channel(scope_for="read")
    body = _serialize(call, channel)
    if not call.flag("include_num_members"):
        body.pop("num_members", None)
    return {"channel": body}


def list_channels(call: ApiCall) -> Payload:
    """Return public channels and the bot's other ones, in pages of results."""
    types = call.channel_types()
    channels = [
        channel
        for channel in call.ws.channels.values()
        if KINDS[channel.kind] in types
        and (channel.kind == "channel" or call.bot in channel.members)
        and not (call.flag("exclude_archived") and channel.is_archived)
    ]
    items, next_page = paginate(call, channels)
    return {"channels": [_serialize(call, channel) for channel in items], **next_page}


def set_topic(call: ApiCall) -> Payload:
    """Set the topic, at most 250 characters."""
    channel = call.writable_channel(scope_for="topic")
    value = call.text("topic")
    if len(value) > LIMITS["topic"]:
        raise SlackError("too_long")
    changes.set_topic(call.ws, channel, call.bot, value)
    return {"channel": _serialize(call, channel), "topic": value}


def set_purpose(call: ApiCall) -> Payload:
    """Set the purpose, at most 250 characters."""
    channel = call.writable_channel(scope_for="topic")
    value = call.text("purpose")
    if len(value) > LIMITS["purpose"]:
        raise SlackError("too_long")
    changes.set_purpose(call.ws, channel, call.bot, value)
    return {"channel": _serialize(call, channel), "purpose": value}


def check_name(name: str) -> str:
    """Return a valid channel name. SlackError by the rule that it breaks."""
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > LIMITS["channel.name"]:
        raise SlackError("invalid_name_maxlength")
    if any(not _is_allowed(letter) for letter in name):
        raise SlackError("invalid_name_specials")
    if not any(letter.isalnum() for letter in name):
        raise SlackError("invalid_name_punctuation")
    return name


def fit_name(name: str) -> str:
    """Return the name as Slack silently adapts it in a rename."""
    fitting_name = "".join(letter if _is_allowed(letter) else "-" for letter in name.lower())[: LIMITS["channel.name"]]
    return check_name(fitting_name)


def _is_allowed(letter: str) -> bool:
    return letter in "-_" or (letter.isalnum() and letter == letter.lower())


def _require_free(call: ApiCall, name: str) -> None:
    if any(channel.name == name for channel in call.ws.channels.values()):
        raise SlackError("name_taken")


def _require_channel(channel: Channel) -> Channel:
    if channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    return channel


def _serialize(call: ApiCall, channel: Channel) -> Payload:
    return serialize_channel(call.ws, channel, call.bot)


METHODS = {
    "conversations.create": Method(create, T2, MANAGE),
    "conversations.rename": Method(rename, T2, MANAGE),
    "conversations.archive": Method(archive, T2, MANAGE),
    "conversations.unarchive": Method(unarchive, T2, MANAGE),
    "conversations.info": Method(info, T3, READ),
    "conversations.list": Method(list_channels, T2, READ),
    "conversations.setTopic": Method(set_topic, T2, TOPIC),
    "conversations.setPurpose": Method(set_purpose, T2, TOPIC),
}
