"""Payloads that Slack sends for commands, button presses, form submissions, shortcuts, suggestions and events.

Pure functions of the workspace's state; nothing is sent from here.
"""

from sandbox.state.entities import Channel, Ephemeral, Message, Payload, Person, View
from sandbox.state.serializers import serialize_message, serialize_view
from sandbox.state.workspace import Workspace

TOKEN = "verification"  # noqa: S105 - Slack's retired verification token, kept in every payload


def slash_command(ws: Workspace, person: Person, channel: Channel, name: str, text: str) -> Payload:
    """Return a slash command's payload. The caller adds trigger_id and response_url."""
    return {
        "token": TOKEN,
        "team_id": ws.team_id,
        "team_domain": ws.domain,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": ws.app_id,
        "is_enterprise_install": "false",
    }


def interaction(ws: Workspace, person: Person, interaction_type: str) -> Payload:
    """Return the fields common to all interaction payloads."""
    return {
        "type": interaction_type,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": ws.team_id},
        "api_app_id": ws.app_id,
        "token": TOKEN,
        "team": {"id": ws.team_id, "domain": ws.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_context(ws: Workspace, channel: Channel, message: Message | Ephemeral) -> Payload:
    """Return container, channel and message of an action on a message. An ephemeral message is not included."""
    is_ephemeral = isinstance(message, Ephemeral)
    container: Payload = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": is_ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload: Payload = {"container": container, "channel": {"id": channel.id, "name": _channel_name(channel)}}
    if isinstance(message, Message):
        payload["message"] = serialize_message(ws, message)
    return payload | {"state": {"values": {}}}


def view_context(ws: Workspace, view: View) -> Payload:
    """Return container and view of an action in a form or on the Home tab."""
    return {"container": {"type": "view", "view_id": view.id}, "view": serialize_view(ws, view)}


def event_callback(ws: Workspace, event: Payload, event_id: str) -> Payload:
    """Wrap an event as the Events API does."""
    authorization = {
        "enterprise_id": None,
        "team_id": ws.team_id,
        "user_id": ws.bot.id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": TOKEN,
        "team_id": ws.team_id,
        "api_app_id": ws.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": ws.seconds(),
        "event_context": f"4-{event_id}",
        "is_ext_shared_channel": False,
        "authorizations": [authorization],
    }


def _channel_name(channel: Channel) -> str:
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name
