"""People and their groups: users.*, usergroups.*."""

from sandbox.api.api_call import ApiCall
from sandbox.api.cursors import page
from sandbox.api.tiers import T2, T3, T4
from sandbox.methods.method import Method
from sandbox.state.entities import Channel, Payload, Person
from sandbox.state.serializers import show_channel, show_person, show_usergroup
from sandbox.workspace_errors import SlackError


def info(call: ApiCall) -> Payload:
    """Tell about one person."""
    return {"user": _show(call, _person(call))}


def listing(call: ApiCall) -> Payload:
    """List everybody, page by page; the whole list when no limit is given, as Slack does."""
    people = list(call.ws.people.values())
    items, following = page(call, people, default=len(people))
    return {"members": [_show(call, person) for person in items], "cache_ts": call.ws.seconds(), **following}


def lookup_by_email(call: ApiCall) -> Payload:
    """Find a person by address."""
    wanted = call.need("email").lower()
    for person in call.ws.people.values():
        if person.email.lower() == wanted and not (person.is_bot or person.deleted):
            return {"user": _show(call, person)}
    raise SlackError("users_not_found")


def profile(call: ApiCall) -> Payload:
    """Tell one person's profile."""
    return {"profile": _show(call, _person(call))["profile"]}


def conversations(call: ApiCall) -> Payload:
    """List the channels somebody is in and the bot may know of."""
    user = call.text("user", call.bot)
    if user not in call.ws.people:
        raise SlackError("user_not_found")
    wanted = call.ids("types") or ["public_channel"]
    found = [one for one in call.ws.channels.values() if user in one.members and _listed(call, one, wanted)]
    items, following = page(call, found)
    return {"channels": [show_channel(call.ws, channel, call.bot) for channel in items], **following}


def usergroups(call: ApiCall) -> Payload:
    """List the groups that can be mentioned."""
    users = call.flag("include_users")
    return {"usergroups": [show_usergroup(call.ws, group, users=users) for group in call.ws.usergroups.values()]}


def usergroup_users(call: ApiCall) -> Payload:
    """List who is in a group."""
    group = call.ws.usergroups.get(call.need("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _listed(call: ApiCall, channel: Channel, wanted: list[str]) -> bool:
    kind = {"channel": "public_channel", "group": "private_channel", "im": "im"}[channel.kind]
    if kind not in wanted or (call.flag("exclude_archived") and channel.is_archived):
        return False
    return channel.kind == "channel" or call.bot in channel.members


def _person(call: ApiCall) -> Person:
    person = call.ws.people.get(call.text("user", call.bot))
    if person is None:
        raise SlackError("user_not_found")
    return person


def _show(call: ApiCall, person: Person) -> Payload:
    return show_person(call.ws, person, email=call.services.scopes.has("users:read.email"))


READ = ("channels:read", "groups:read", "im:read", "mpim:read")
METHODS = {
    "users.info": Method(info, T4, ("users:read",)),
    "users.list": Method(listing, T2, ("users:read",)),
    "users.lookupByEmail": Method(lookup_by_email, T3, ("users:read.email",)),
    "users.profile.get": Method(profile, T4, ("users.profile:read", "users:read")),
    "users.conversations": Method(conversations, T2, READ),
    "usergroups.list": Method(usergroups, T2, ("usergroups:read",)),
    "usergroups.users.list": Method(usergroup_users, T2, ("usergroups:read",)),
}
