"""What the tests of the pretend workspace share: its people, a plain WebClient, and the name of a refusal."""

import contextlib
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person

WORKSPACE_START = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)


def people() -> list[Person]:
    return [
        Person("ann", "Ann Okafor", title="Duty manager", tz="Europe/Berlin"),
        Person("bob", "Bob Roe", title="Database engineer"),
        Person("cyd", "Cyd Lam", is_restricted=True),
    ]


def manifest(*scopes: str, events: tuple[str, ...] = ()) -> dict[str, Any]:
    """An app with these scopes and subscriptions, one command and two shortcuts."""
    return {
        "features": {
            "bot_user": {"display_name": "Helper"},
            "slash_commands": [{"command": "/do", "description": "Do", "should_escape": True}],
            "shortcuts": [
                {"name": "Start", "type": "global", "callback_id": "start", "description": "Start"},
                {"name": "Keep", "type": "message", "callback_id": "keep", "description": "Keep"},
            ],
        },
        "oauth_config": {"scopes": {"bot": list(scopes)}},
        "settings": {"event_subscriptions": {"bot_events": list(events)}},
    }


def client_of(sandbox: Sandbox, token: str | None = None) -> WebClient:
    client = WebClient(token=token or sandbox.bot_token, base_url=sandbox.base_url, timeout=5, retry_handlers=[])
    client.proxy = None
    return client


def refusal(call: Callable[..., Any], **arguments: Any) -> str:
    """The error name Slack answers a call with; an empty string when it was taken."""
    try:
        call(**arguments)
    except SlackApiError as refused:
        return str(refused.response["error"])
    return ""


def refused_with(call: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
    """The whole answer to a call that was refused."""
    try:
        call(**arguments)
    except SlackApiError as refused:
        return dict(refused.response.data)
    raise AssertionError("the call was taken")


def hang_up(handler: SocketModeHandler) -> None:
    """End a Socket Mode client without waiting for its threads, which look up only every few seconds."""
    client = handler.client
    client.closed, client.auto_reconnect_enabled, client.current_session_state.terminated = True, False, True
    if client.current_session is not None and client.current_session.sock is not None:
        with contextlib.suppress(OSError):
            client.current_session.sock.shutdown(socket.SHUT_RDWR)
    client.disconnect()
    for runner in (client.current_session_runner, client.current_app_monitor, client.message_processor):
        runner.event.set()
    client.message_workers.shutdown(wait=False)


def general(sandbox: Sandbox) -> str:
    return sandbox.workspace.find_channel("general").id


def person(sandbox: Sandbox, name: str) -> str:
    return sandbox.workspace.find_person(name).id


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A small form; without blocks it asks for one line of text."""
    return {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Form"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": list(blocks) or [text_input("what")],
    } | more


def text_input(block_id: str, **more: Any) -> dict[str, Any]:
    label = {"type": "plain_text", "text": block_id.capitalize()}
    element = {"type": "plain_text_input", "action_id": "v"} | more.pop("element", {})
    return {"type": "input", "block_id": block_id, "label": label, "element": element} | more


def button(action_id: str, value: str = "1") -> dict[str, Any]:
    text = {"type": "plain_text", "text": "Press"}
    return {"type": "actions", "elements": [{"type": "button", "action_id": action_id, "value": value, "text": text}]}


def section(text: str = "words") -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
