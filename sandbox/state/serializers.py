"""Serializers: messages, channels, people and views as Slack's JSON.

Check no permission: the caller decides what is visible.
"""

from typing import Any

from sandbox.state.entities import Bookmark, Channel, Message, Payload, Person, Usergroup, View
from sandbox.state.workspace import Workspace


def serialize_person(ws: Workspace, person: Person, *, email: bool = True) -> Payload:
    """Return a user object as users.info does."""
    profile = {
        "real_name": person.real_name,
        "display_name": person.name,
        "real_name_normalized": person.real_name,
        "display_name_normalized": person.name,
        "title": person.title,
        "team": ws.team_id,
    }
    if email and not person.is_bot:
        profile["email"] = person.email
    if person.bot_id:
        profile["bot_id"] = person.bot_id
    return {
        "id": person.id,
        "team_id": ws.team_id,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "color": person.color,
        "tz": person.tz,
        "profile": profile,
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 0,
    }


def serialize_usergroup(ws: Workspace, group: Usergroup, *, users: bool = False) -> Payload:
    """Return a user group as usergroups.list does."""
    body: Payload = {
        "id": group.id,
        "team_id": ws.team_id,
        "is_usergroup": True,
        "handle": group.handle,
        "name": group.name,
        "description": "",
        "date_delete": 0,
        "user_count": len(group.users),
    }
    return body | ({"users": list(group.users)} if users else {})


def serialize_channel(ws: Workspace, channel: Channel, viewer: str) -> Payload:
    """Return a conversation object as a viewer gets it."""
    if channel.is_im:
        partner = next((user for user in channel.members if user != viewer), viewer)
        return {"id": channel.id, "created": channel.created, "is_im": True, "user": partner, "is_archived": False}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_member": viewer in channel.members,
        "created": channel.created,
        "creator": channel.creator,
        "context_team_id": ws.team_id,
        "topic": channel.topic.serialize(),
        "purpose": channel.purpose.serialize(),
        "previous_names": list(channel.previous_names),
        "num_members": len(channel.members),
    }


def serialize_message(ws: Workspace, message: Message, *, metadata: bool = False) -> Payload:
    """Return a message as conversations.history does. Metadata on request; reactions and thread if present."""
    body: Payload = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
    body |= _non_empty(
        subtype=message.subtype,
        bot_id=message.bot_id,
        app_id=message.app_id,
        blocks=message.blocks,
        attachments=message.attachments,
        files=message.files,
        client_msg_id=message.client_msg_id,
        edited=message.edited,
        thread_ts=message.thread_ts,
        reactions=[serialize_reaction(name, users) for name, users in message.reactions.items()],
        metadata=message.metadata if metadata else None,
    )
    body["team"] = ws.team_id
    body |= message.extra
    body |= _thread_fields(ws, message)
    body |= _pin_fields(ws, message)
    return body


def serialize_reaction(name: str, users: list[str]) -> Payload:
    """Return one reaction with its users."""
    return {"name": name, "users": list(users), "count": len(users)}


def _thread_fields(ws: Workspace, message: Message) -> Payload:
    if message.thread_ts is None:
        return {}
    channel = ws.channels[message.channel]
    if message.is_reply:
        parent = channel.messages.get(message.thread_ts)
        return {"parent_user_id": parent.user} if parent else {}
    replies = [channel.messages[ts] for ts in channel.threads.get(message.ts, [])]
    users = list(dict.fromkeys(one.user for one in replies))
    body: Payload = {"reply_count": len(replies), "reply_users": users, "reply_users_count": len(users)}
    return body | ({"latest_reply": replies[-1].ts} if replies else {})


def _pin_fields(ws: Workspace, message: Message) -> Payload:
    pin = ws.channels[message.channel].pins.get(message.ts)
    if pin is None:
        return {}
    info = {"channel": message.channel, "pinned_by": pin["created_by"], "pinned_ts": pin["created"]}
    return {"pinned_to": [message.channel], "pinned_info": info}


def serialize_bookmark(bookmark: Bookmark) -> Payload:
    """Return a bookmark as bookmarks.list does."""
    return dict(vars(bookmark))


def serialize_view(ws: Workspace, view: View) -> Payload:
    """Return a view as views.open returns it and interaction payloads hold it."""
    return {
        "id": view.id,
        "team_id": ws.team_id,
        "type": view.type,
        "blocks": view.blocks,
        "private_metadata": view.private_metadata,
        "callback_id": view.callback_id,
        "state": {"values": view.values},
        "hash": view.hash,
        "title": view.title,
        "submit": view.submit,
        "close": view.close,
        "clear_on_close": view.clear_on_close,
        "notify_on_close": view.notify_on_close,
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id or view.id,
        "app_id": ws.app_id,
        "external_id": view.external_id,
        "app_installed_team_id": ws.team_id,
        "bot_id": ws.bot.bot_id,
    }


def _non_empty(**values: Any) -> Payload:
    return {key: value for key, value in values.items() if value}
