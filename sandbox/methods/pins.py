"""Pins: pins.add, remove, list."""

from sandbox.api.api_call import ApiCall
from sandbox.api.tiers import T2
from sandbox.methods.method import Method
from sandbox.state.entities import Payload
from sandbox.state.mutations import message_mutations
from sandbox.state.serializers import serialize_message
from sandbox.workspace_errors import SlackError


def add(call: ApiCall) -> Payload:
    """Pin a message."""
    channel = call.writable_channel()
    message = call.message(channel, "timestamp")
    if message.ts in channel.pins:
        raise SlackError("already_pinned")
    if message.subtype and message.subtype.startswith(("channel_", "group_")):
        raise SlackError("not_pinnable")
    message_mutations.pin(call.ws, message, call.bot)
    return {}


def remove(call: ApiCall) -> Payload:
    """Unpin a message."""
    channel = call.writable_channel()
    message = call.message(channel, "timestamp")
    if message.ts not in channel.pins:
        raise SlackError("no_pin")
    message_mutations.unpin(call.ws, message, call.bot)
    return {}


def list_pins(call: ApiCall) -> Payload:
    """Return the pinned messages, latest first."""
    channel = call.channel(member_only=True)
    items = [
        {"type": "message", "channel": channel.id, "message": serialize_message(call.ws, channel.messages[ts]), **pin}
        for ts, pin in reversed(channel.pins.items())
    ]
    return {"items": items}


METHODS = {
    "pins.add": Method(add, T2, ("pins:write",)),
    "pins.remove": Method(remove, T2, ("pins:write",)),
    "pins.list": Method(list_pins, T2, ("pins:read",)),
}
