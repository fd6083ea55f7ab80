"""Reactions: reactions.add, remove, get, list."""

from sandbox.api.api_call import ApiCall
from sandbox.api.cursors import paginate
from sandbox.api.emoji_names import is_emoji
from sandbox.api.tiers import T2, T3
from sandbox.methods.method import Method
from sandbox.state.entities import Message, Payload
from sandbox.state.mutations import message_mutations
from sandbox.state.serializers import serialize_message
from sandbox.workspace_errors import SlackError


def add(call: ApiCall) -> Payload:
    """Add the bot's reaction to a message."""
    message, name = _target(call)
    if call.bot in message.reactions.get(name, []):
        raise SlackError("already_reacted")
    message_mutations.react(call.ws, message, call.bot, name)
    return {}


def remove(call: ApiCall) -> Payload:
    """Remove the bot's reaction."""
    message, name = _target(call)
    if call.bot not in message.reactions.get(name, []):
        raise SlackError("no_reaction")
    message_mutations.unreact(call.ws, message, call.bot, name)
    return {}


def get(call: ApiCall) -> Payload:
    """Return a message's reactions."""
    channel = call.channel(member_only=True)
    message = call.message(channel, "timestamp")
    return {"type": "message", "channel": channel.id, "message": serialize_message(call.ws, message)}


def list_reactions(call: ApiCall) -> Payload:
    """Return the messages that a user has reacted to."""
    user = call.text("user", call.bot)
    reacted = [
        {"type": "message", "channel": channel.id, "message": serialize_message(call.ws, message)}
        for channel in call.ws.channels.values()
        for message in channel.messages.values()
        if call.bot in channel.members and any(user in users for users in message.reactions.values())
    ]
    items, next_page = paginate(call, reacted)
    return {"items": items, **next_page}


def _target(call: ApiCall) -> tuple[Message, str]:
    channel = call.writable_channel()
    name = call.text("name").strip(":")
    if not is_emoji(name):
        raise SlackError("invalid_name")
    return call.message(channel, "timestamp"), name


METHODS = {
    "reactions.add": Method(add, T3, ("reactions:write",)),
    "reactions.remove": Method(remove, T2, ("reactions:write",)),
    "reactions.get": Method(get, T3, ("reactions:read",)),
    "reactions.list": Method(list_reactions, T2, ("reactions:read",)),
}
