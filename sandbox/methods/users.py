"""People and user groups: users.*, usergroups.*."""

from sandbox.api.api_call import ApiCall
from sandbox.api.cursors import paginate
from sandbox.api.tiers import T2, T3, T4
from sandbox.methods.method import Method
from sandbox.state.entities import Channel, Payload, Person
from sandbox.state.serializers import serialize_channel, serialize_person, serialize_usergroup
from sandbox.workspace_errors import SlackError


def info(call: ApiCall) -> Payload:
    """Return one user."""
    return {"user": _serialize(call, _find_person(call))}


def list_users(call: ApiCall) -> Payload:
    """Return the users, in pages of results; all of them without a limit, as Slack does."""
    people = list(call.ws.people.values())
    items, next_page = paginate(call, people, default=len(people))
    return {"members": [_serialize(call, person) for person in items], "cache_ts": call.ws.seconds(), **next_page}


def lookup_by_email(call: ApiCall) -> Payload:
    """Return a user by email address."""
    requested = call.required("email").lower()
    for person in call.ws.people.values():
        if person.email.lower() == requested and not (person.is_bot or person.deleted):
            return {"user": _serialize(call, person)}
    raise SlackError("users_not_found")


def profile(call: ApiCall) -> Payload:
    """Return one user's profile."""
    return {"profile": _serialize(call, _find_person(call))["profile"]}


def conversations(call: ApiCall) -> Payload:
    """Return the channels of a user that the bot may see."""
    user = call.text("user", call.bot)
    if user not in call.ws.people:
        raise SlackError("user_not_found")
    requested = call.channel_types()
    channels = [one for one in call.ws.channels.values() if user in one.members and _is_listed(call, one, requested)]
    items, next_page = paginate(call, channels)
    return {"channels": [serialize_channel(call.ws, channel, call.bot) for channel in items], **next_page}


def usergroups(call: ApiCall) -> Payload:
    """Return the user groups."""
    users = call.flag("include_users")
    return {"usergroups": [serialize_usergroup(call.ws, group, users=users) for group in call.ws.usergroups.values()]}


def usergroup_users(call: ApiCall) -> Payload:
    """Return a user group's members."""
    group = call.ws.usergroups.get(call.required("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _is_listed(call: ApiCall, channel: Channel, requested: list[str]) -> bool:
    kind = {"channel": "public_channel", "group": "private_channel", "im": "im"}[channel.kind]
    if kind not in requested or (call.flag("exclude_archived") and channel.is_archived):
        return False
    return channel.kind == "channel" or call.bot in channel.members


def _find_person(call: ApiCall) -> Person:
    person = call.ws.people.get(call.text("user", call.bot))
    if person is None:
        raise SlackError("user_not_found")
    return person


def _serialize(call: ApiCall, person: Person) -> Payload:
    return serialize_person(call.ws, person, email=call.services.scopes.has("users:read.email"))


READ = ("channels:read", "groups:read", "im:read", "mpim:read")
METHODS = {
    "users.info": Method(info, T4, ("users:read",)),
    "users.list": Method(list_users, T2, ("users:read",)),
    "users.lookupByEmail": Method(lookup_by_email, T3, ("users:read.email",)),
    "users.profile.get": Method(profile, T4, ("users.profile:read", "users:read")),
    "users.conversations": Method(conversations, T2, READ),
    "usergroups.list": Method(usergroups, T2, ("usergroups:read",)),
    "usergroups.users.list": Method(usergroup_users, T2, ("usergroups:read",)),
}
