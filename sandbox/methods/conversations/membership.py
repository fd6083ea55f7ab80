"""Membership: conversations.invite, join, leave, kick, open, close, members, mark."""

from sandbox.api.api_call import ApiCall
from sandbox.api.cursors import paginate
from sandbox.api.tiers import T2, T3, T4
from sandbox.blocks import LIMITS
from sandbox.methods.conversations.channels import MANAGE
from sandbox.methods.method import Method
from sandbox.methods.users import READ
from sandbox.state.entities import Channel, Payload
from sandbox.state.mutations import channel_mutations as changes
from sandbox.state.serializers import serialize_channel
from sandbox.workspace_errors import SlackError

INVITE = (*MANAGE, "channels:write.invites", "groups:write.invites")


def invite(call: ApiCall) -> Payload:
    """Invite users: all or none, or with `force` those who can be invited."""
    channel = call.writable_channel(scope_for="invite")
    if channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    users = call.ids("users")
    if not users:
        raise SlackError("no_user")
    if len(users) > LIMITS["invite.users"]:
        raise SlackError("invalid_arguments")
    refusals = {user: reason for user in users if (reason := _invite_error(call, channel, user))}
    errors = [{"user": user, "ok": False, "error": reason} for user, reason in refusals.items()]
    accepted = [user for user in users if user not in refusals]
    if errors and not (call.flag("force") and accepted):
        raise SlackError(next(iter(refusals.values())), errors=errors)
    changes.invite(call.ws, channel, accepted, call.bot)
    return {"channel": serialize_channel(call.ws, channel, call.bot)} | ({"errors": errors} if errors else {})


def join(call: ApiCall) -> Payload:
    """Let the bot join a public channel."""
    channel = call.channel(scope_for="join")
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    already = call.bot in channel.members
    changes.join(call.ws, channel, call.bot)
    warning = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return {"channel": serialize_channel(call.ws, channel, call.bot)} | (warning if already else {})


def leave(call: ApiCall) -> Payload:
    """Let the bot leave a channel."""
    channel = call.channel(scope_for="manage")
    if channel.name == "general":
        raise SlackError("cant_leave_general")
    if call.bot not in channel.members:
        return {"not_in_channel": True}
    changes.leave(call.ws, channel, call.bot)
    return {}


def kick(call: ApiCall) -> Payload:
    """Remove a user from a channel that the bot is in."""
    channel = call.writable_channel(scope_for="manage")
    user = call.required("user")
    if user == call.bot:
        raise SlackError("cant_kick_self")
    if user not in call.ws.people:
        raise SlackError("user_not_found")
    if user not in channel.members:
        raise SlackError("not_in_channel")
    changes.leave(call.ws, channel, user)
    return {"errors": {}}


def open_im(call: ApiCall) -> Payload:
    """Open a direct message with one user. A group needs a scope that this workspace does not grant."""
    users = call.ids("users")
    if not users and call.text("channel"):
        channel = call.channel(scope_for="manage")
    elif not users:
        raise SlackError("users_list_not_supplied")
    elif len(users) > 1:
        raise SlackError("missing_scope", needed="mpim:write", provided=",".join(call.services.scopes.granted))
    elif users[0] not in call.ws.people or call.ws.people[users[0]].deleted:
        raise SlackError("user_not_found")
    elif call.ws.people[users[0]].is_bot:
        raise SlackError("cannot_dm_bot")
    else:
        call.services.scopes.require(("im:write",))
        channel = call.ws.dm(users[0])
    return {"channel": serialize_channel(call.ws, channel, call.bot) if call.flag("return_im") else {"id": channel.id}}


def close_im(call: ApiCall) -> Payload:
    """Close a direct message, which keeps its messages."""
    if not call.channel(scope_for="manage").is_im:
        raise SlackError("method_not_supported_for_channel_type")
    return {}


def members(call: ApiCall) -> Payload:
    """Return a channel's members, in pages of results."""
    items, next_page = paginate(call, call.channel(scope_for="read").members)
    return {"members": items, **next_page}


def mark_read(call: ApiCall) -> Payload:
    """Set the bot's read position."""
    channel = call.channel(scope_for="manage", member_only=True)
    channel.last_read[call.bot] = call.required("ts", "invalid_timestamp")
    return {}


def _invite_error(call: ApiCall, channel: Channel, user: str) -> str | None:
    person = call.ws.people.get(user)
    if person is None or person.deleted:
        return "user_not_found"
    if user == call.bot:
        return "cant_invite_self"
    if user in channel.members:
        return "already_in_channel"
    return "user_is_restricted" if person.is_restricted else None


METHODS = {
    "conversations.invite": Method(invite, T3, INVITE),
    "conversations.join": Method(join, T3, ("channels:join",)),
    "conversations.leave": Method(leave, T3, MANAGE),
    "conversations.kick": Method(kick, T3, MANAGE),
    "conversations.open": Method(open_im, T3, ("im:write", "mpim:write")),
    "conversations.close": Method(close_im, T2, MANAGE),
    "conversations.members": Method(members, T4, READ),
    "conversations.mark": Method(mark_read, T4, MANAGE),
}
