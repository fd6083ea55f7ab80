"""What the public sample apps of Bolt and incidentbot do, done by one app over both transports."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from sandbox.pretend_workspace import Sandbox
from tests.support.bolt_transports import over_http, over_socket
from tests.support.sandbox_client import client_of, general, manifest, modal, people, person, section, text_input

SCOPES = (
    "commands", "chat:write", "chat:write.public", "channels:history", "channels:read", "channels:join",
    "channels:manage", "files:write", "files:read", "im:write", "pins:write", "reactions:write", "users:read",
)  # fmt: skip
EVENTS = ("app_home_opened", "message.channels")


def option(text: str, value: str, **flags: Any) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text, **flags}, "value": value}


def starter_form(title: str, first: dict[str, Any]) -> dict[str, Any]:
    where = {"type": "conversations_select", "action_id": "where", "response_url_enabled": True}
    words = text_input("words", element={"action_id": "typed", "multiline": True})
    return modal(first, words, text_input("where", element=where), title={"type": "plain_text", "text": title})


def declare_form() -> dict[str, Any]:
    """A form whose options have the flag `emoji`, and whose initial option has not."""
    severities = [option(name.upper(), name, emoji=True) for name in ("sev1", "sev2")]
    severity = {"type": "static_select", "options": severities, "initial_option": option("SEV2", "sev2")}
    security = {"type": "radio_buttons", "options": [option("No", "false"), option("Yes", "true")]}
    parts = {"type": "multi_external_select", "min_query_length": 0}
    return modal(
        text_input("what", element={"placeholder": {"type": "plain_text", "text": "What is wrong?"}}),
        text_input("severity", element=severity),
        text_input("security", element=security),
        text_input("parts", optional=True, element={**parts, "action_id": "parts"}),
        callback_id="declare",
    )


def build(sandbox: Sandbox) -> App:
    """Build the app."""
    app = App(
        name="sample", client=client_of(sandbox), signing_secret=sandbox.signing_secret, process_before_response=True
    )
    listen_as_starter(app)
    listen_as_incident_bot(app)
    return app


def listen_as_starter(app: App) -> None:
    """Do what the starter templates do."""

    @app.message(re.compile("^(hi|hello)"))
    def greet(say: Any, context: Any) -> None:
        say(f"{context['matches'][0]}, how are you?")

    @app.event("message")
    def other_messages() -> None:
        """Accept joins, edits and what else has no listener."""

    @app.shortcut("start")
    def shortcut(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        button = {"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}}
        client.views_open(trigger_id=body["trigger_id"], view=starter_form("First", section() | {"accessory": button}))

    @app.action("more")
    def more(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        picture = {"type": "image", "image_url": "https://media.example/giphy.gif", "alt_text": "Yay"}
        view = body["view"]
        client.views_update(view_id=view["id"], hash=view["hash"], view=starter_form("Second", picture))

    @app.view("form")
    def submitted(ack: Any, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
        ack()
        words = view["state"]["values"]["words"]["typed"]["value"]
        client.chat_postMessage(channel=body["user"]["id"], text=f"typed: {words}")
        for one in body["response_urls"]:
            hook = WebhookClient(one["response_url"])
            hook.proxy = None
            hook.send(text=words, response_type="in_channel")

    @app.event("app_home_opened")
    def home(event: dict[str, Any], client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section(":house: Welcome")]})


def listen_as_incident_bot(app: App) -> None:
    """Do what modals_app and incidentbot do."""

    @app.command("/do")
    def command(ack: Any, body: dict[str, Any], respond: Any, client: WebClient) -> None:
        ack(text="Accepted", blocks=[section(":white_check_mark: Accepted")])
        button = {"type": "button", "action_id": "pressed", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
        respond(blocks=[section("beside a button") | {"accessory": button}])
        client.views_open(trigger_id=body["trigger_id"], view=declare_form())

    @app.action("pressed")
    def pressed(ack: Any, respond: Any, body: dict[str, Any]) -> None:
        ack()
        respond(response_type="in_channel", replace_original=False, text=f"<@{body['user']['id']}> pressed")

    @app.options("parts")
    def parts(ack: Any) -> None:
        label = {"type": "plain_text", "text": "Group"}
        ack(option_groups=[{"label": label, "options": [option("Database", "db"), option("Website", "web")]}])

    @app.view("declare")
    def declared(ack: Any, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
        ack()
        values = view["state"]["values"]
        place = client.conversations_create(name="inc-1")["channel"]["id"]
        client.conversations_setTopic(channel=place, topic=values["severity"]["v"]["selected_option"]["value"])
        client.conversations_invite(channel=place, users=body["user"]["id"])
        metadata = {"event_type": "declared", "event_payload": {"by": body["user"]["id"]}}
        ts = client.chat_postMessage(channel=place, text=values["what"]["v"]["value"], metadata=metadata)["ts"]
        client.pins_add(channel=place, timestamp=ts)
        client.reactions_add(channel=place, timestamp=ts, name="rotating_light")
        file = client.files_upload_v2(channel=place, content="log", filename="log.txt", thread_ts=ts)["file"]
        client.files_delete(file=file["id"])


@pytest.fixture(params=[over_socket, over_http], ids=["socket", "http"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(people(), manifest=manifest(*SCOPES, events=EVENTS), strict_tiers=False) as running:
        client_of(running).conversations_join(channel=general(running))
        with request.param(running, build(running)):
            yield running


def texts(sandbox: Sandbox, channel: str = "general") -> list[str]:
    return [one.text for one in sandbox.workspace.find_channel(channel).messages.values() if one.subtype is None]


def refused_calls(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [(one.name, one.result) for one in sandbox.wire_log.since(0) if one.kind == "api" and one.result != "ok"]


def test_the_starter_app_works(sandbox: Sandbox) -> None:
    sandbox.actor.post("ann", "general", "hello there")
    assert sandbox.settle(5)
    form = sandbox.actor.global_shortcut("ann", "start").view()
    sandbox.actor.press_in_view("ann", form.id, "more")

    sandbox.actor.submit("ann", form.id, {"words": "peace", "where": general(sandbox)})
    sandbox.actor.open_home("ann")

    assert sandbox.settle(5)
    direct = sandbox.workspace.dm(person(sandbox, "ann")).id
    assert (form.title or {})["text"] == "Second"
    assert texts(sandbox) == ["hello there", "hello, how are you?", "peace"]
    assert texts(sandbox, direct) == ["typed: peace"]
    assert sandbox.snapshot("ann")["home"]["blocks"][0]["text"]["text"] == ":house: Welcome"
    assert refused_calls(sandbox) == []


def test_an_incident_bot_works(sandbox: Sandbox) -> None:
    typed = sandbox.actor.slash("ann", "general", "/do", "it")
    answers = [one for one in sandbox.snapshot("ann")["channels"][0]["messages"] if one.get("ephemeral")]
    sandbox.actor.press("ann", "general", answers[0]["ts"], "pressed")
    form = typed.view()
    offered = sandbox.actor.options("ann", form.id, "parts", "")

    sandbox.actor.submit("ann", form.id, {"what": "payments fail", "security": "false", "parts": ["db"]})

    assert sandbox.settle(5)
    made = sandbox.workspace.find_channel("inc-1")
    posted = next(one for one in made.messages.values() if one.text == "payments fail")
    shared = next(one for one in made.messages.values() if one.files)
    assert (typed.acked, offered.acked) == (True, True)
    assert texts(sandbox) == [f"<@{person(sandbox, 'ann')}> pressed"]
    assert (made.topic.value, person(sandbox, "ann") in made.members, list(made.pins)) == ("sev2", True, [posted.ts])
    assert (posted.reactions, (posted.metadata or {})["event_type"]) == (
        {"rotating_light": [sandbox.workspace.bot.id]},
        "declared",
    )
    assert [one["mode"] for one in shared.files] == ["tombstone"]
    assert refused_calls(sandbox) == []
