"""The payloads Slack sends for what people do: commands, button presses, form submissions, shortcuts, suggestions, events.

Pure writing from the workspace's state; nothing is sent from here.
"""

from sandbox.state.entities import Channel, Ephemeral, Message, Payload, Person, View
from sandbox.state.serializers import show_message, show_view
from sandbox.state.workspace import Workspace

TOKEN = "verification"  # noqa: S105 - Slack's retired verification token, kept in every payload


def command(ws: Workspace, person: Person, channel: Channel, word: str, text: str) -> Payload:
    """Write a slash command; trigger and response address are added by the caller."""
    return {
        "token": TOKEN,
        "team_id": ws.team_id,
        "team_domain": ws.domain,
        "channel_id": channel.id,
        "channel_name": _name(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": word,
        "text": text,
        "api_app_id": ws.app_id,
        "is_enterprise_install": "false",
    }


def interaction(ws: Workspace, person: Person, kind: str) -> Payload:
    """Write what every interaction payload begins with."""
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": ws.team_id},
        "api_app_id": ws.app_id,
        "token": TOKEN,
        "team": {"id": ws.team_id, "domain": ws.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def on_message(ws: Workspace, channel: Channel, message: Message | Ephemeral) -> Payload:
    """Write where in a channel somebody pressed: container, channel, message; an ephemeral one comes without its text."""
    brief = isinstance(message, Ephemeral)
    container: Payload = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": brief,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    place: Payload = {"container": container, "channel": {"id": channel.id, "name": _name(channel)}}
    if isinstance(message, Message):
        place["message"] = show_message(ws, message)
    return place | {"state": {"values": {}}}


def on_view(ws: Workspace, view: View) -> Payload:
    """Write where in a form or Home tab somebody pressed."""
    return {"container": {"type": "view", "view_id": view.id}, "view": show_view(ws, view)}


def envelope_of_event(ws: Workspace, event: Payload, event_id: str) -> Payload:
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


def _name(channel: Channel) -> str:
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name
