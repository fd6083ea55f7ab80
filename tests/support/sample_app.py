"""A small app on real Bolt for the page to talk to: a command, a form, buttons, shortcuts and a Home tab."""

import json
import time
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.slack.socket_mode.sdk_socket import SdkSocket
from sandbox.delivery.dispatcher import Timing
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person

HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
ESCAPED = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

MANIFEST: dict[str, Any] = {
    "features": {
        "app_home": {"messages_tab_read_only_enabled": True},
        "bot_user": {"display_name": "SampleApp"},
        "slash_commands": [
            {"command": "/help-me", "description": "Ask the helper", "usage_hint": "[form | slow | words]"},
            {"command": "/hush-all", "description": "Say nothing to anyone"},
            {"command": "/hush", "description": "Say nothing"},
        ],
        "shortcuts": [
            {"name": "Keep this", "type": "message", "callback_id": "keep", "description": "Keep a message"},
            {"name": "Open the form", "type": "global", "callback_id": "form", "description": "Fill in a form"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "channels:history", "channels:read", "im:write"]}},
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened", "message.channels"]}},
}

CARD = [
    {"type": "header", "block_id": "head", "text": {"type": "plain_text", "text": ":fire: Something is broken"}},
    {"type": "section", "block_id": "say", "text": {"type": "mrkdwn", "text": "Nobody has it *yet*."}},
    {
        "type": "actions",
        "block_id": "acts",
        "elements": [
            {"type": "button", "action_id": "take", "value": "1", "text": {"type": "plain_text", "text": "I have it"}},
            {
                "type": "button",
                "action_id": "drop",
                "style": "danger",
                "text": {"type": "plain_text", "text": "Forget it"},
                "confirm": {
                    "title": {"type": "plain_text", "text": "Sure?"},
                    "text": {"type": "plain_text", "text": "It will be gone."},
                    "confirm": {"type": "plain_text", "text": "Yes"},
                    "deny": {"type": "plain_text", "text": "No"},
                },
            },
        ],
    },
]


def option(value: str, text: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text}, "value": value}


def field(block_id: str, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": label},
        "element": {"action_id": "v", **element},
        **more,
    }


def form(channel: str, extra: bool = False) -> dict[str, Any]:
    severities = [option("1", "Everybody"), option("2", HOSTILE)]
    blocks = [
        field("title", "What is broken?", {"type": "plain_text_input", "max_length": 40}),
        field("how_bad", "How bad is it?", {"type": "static_select", "options": severities}),
        field("who", "Who knows?", {"type": "multi_users_select"}, optional=True),
        {
            "type": "actions",
            "block_id": "more",
            "elements": [{"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "Ask more"}}],
        },
    ]
    if extra:
        blocks.append(field("since", "Since when?", {"type": "plain_text_input"}, optional=True))
    return {
        "type": "modal",
        "callback_id": "form",
        "private_metadata": channel,
        "title": {"type": "plain_text", "text": "Tell us"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": blocks,
    }


class SampleApp:
    """The app: `received` holds its requests."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.received: list[dict[str, Any]] = []
        client = WebClient(sandbox.bot_token, base_url=sandbox.base_url, retry_handlers=[])
        client.proxy = None
        self.app = App(name="sample", client=client, process_before_response=True)
        self._socket = SdkSocket.of(self.app, sandbox.app_token, threads=10, ping_seconds=10)
        self._listen()

    def __enter__(self) -> "SampleApp":
        self._socket.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _listen(self) -> None:
        app = self.app
        app.command("/help-me")(self.on_command)
        app.command("/hush")(lambda ack: ack())
        app.view("form")(self.on_form)
        app.action("take")(self.on_take)
        app.action("drop")(self.on_drop)
        app.action("more")(self.on_more)
        app.shortcut("keep")(self.on_keep)
        app.shortcut("form")(self.on_shortcut)
        app.event("app_home_opened")(self.on_home)
        app.event("message")(lambda: None)

    def on_command(self, ack: Any, command: dict[str, Any], client: WebClient) -> None:
        self.received.append(command)
        if command["text"] == "slow":
            time.sleep(1.2)
        if command["text"] == "form":
            client.views_open(trigger_id=command["trigger_id"], view=form(command["channel_id"]))
            return ack()
        return ack(f"You said: {command['text']}")

    def on_form(self, ack: Any, view: dict[str, Any], client: WebClient) -> None:
        values = view["state"]["values"]
        self.received.append(values)
        title = values["title"]["v"]["value"]
        if title == "slow":
            time.sleep(1.2)
        if "nothing" in title:
            return ack(response_action="errors", errors={"title": "Nothing is never broken."})
        client.chat_postMessage(channel=view["private_metadata"], text=title, blocks=CARD)
        return ack()

    def on_take(self, ack: Any, body: dict[str, Any], client: WebClient) -> None:
        said = {
            "type": "section",
            "block_id": "say",
            "text": {"type": "mrkdwn", "text": f"<@{body['user']['id']}> has it."},
        }
        client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text="taken", blocks=[CARD[0], said]
        )
        ack()

    def on_drop(self, ack: Any, body: dict[str, Any], client: WebClient) -> None:
        client.chat_delete(channel=body["channel"]["id"], ts=body["message"]["ts"])
        ack()

    def on_more(self, ack: Any, body: dict[str, Any], client: WebClient) -> None:
        view = body["view"]
        client.views_update(view_id=view["id"], view=form(view["private_metadata"], extra=True))
        ack()

    def on_keep(self, ack: Any, shortcut: dict[str, Any], client: WebClient) -> None:
        client.chat_postEphemeral(
            channel=shortcut["channel"]["id"], user=shortcut["user"]["id"], text=f"Kept: {shortcut['message']['text']}"
        )
        ack()

    def on_shortcut(self, ack: Any, shortcut: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=shortcut["trigger_id"], view=form("C0000001"))
        ack()

    def on_home(self, event: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        # An event that is acknowledged late comes again under the same id.
        opened = {"type": "home", "event_id": body["event_id"]}
        if opened not in self.received:
            self.received.append(opened)
        count = sum(1 for one in self.received if one.get("type") == "home")
        blocks = [{"type": "section", "block_id": "hi", "text": {"type": "mrkdwn", "text": f"Seen {count} times."}}]
        client.views_publish(user_id=event["user"], view=json.dumps({"type": "home", "blocks": blocks}))


def sample_workspace() -> Sandbox:
    people = [
        Person("ann", "Ann Archer", "Engineer", tz="Europe/Berlin"),
        Person("ben", "Ben Baker", "Support lead"),
        Person("eve", HOSTILE, "Pen tester"),
    ]
    return Sandbox(people, manifest=MANIFEST, channels=("general", "ops"), timing=Timing(ack_seconds=0.6))
