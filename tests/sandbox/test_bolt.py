"""A real slack_bolt App over Socket Mode and over signed HTTP: command, form, message, button, update."""

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App

from sandbox.delivery.dispatcher import Timing
from sandbox.pretend_workspace import Sandbox
from sandbox.workspace_errors import NotPossibleError
from tests.support.bolt_transports import over_http, over_socket
from tests.support.sandbox_client import (
    button,
    client_of,
    general,
    manifest,
    modal,
    people,
    section,
    text_input,
)

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
)
EVENTS = ("message.channels", "app_mention", "app_home_opened")


class Helper:
    """A small bot: a command opens a form, the form posts a card, the card's button updates it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.received: list[dict[str, Any]] = []
        client = client_of(sandbox)
        self.app = App(
            name="sample", client=client, signing_secret=sandbox.signing_secret, process_before_response=True
        )
        self.app.command("/do")(self.on_command)
        self.app.view("form")(self.on_submit)
        self.app.action("done")(self.on_done)
        self.app.options("svc")(self.on_options)
        self.app.shortcut("start")(self.on_shortcut)
        self.app.event("message")(self.on_event)
        self.app.event("app_mention")(self.on_event)
        self.app.event("app_home_opened")(self.on_home)

    def on_command(self, ack: Any, body: Any, client: Any) -> None:
        if body["text"] == "fail":
            raise RuntimeError("the listener failed")
        client.views_open(trigger_id=body["trigger_id"], view=form())
        ack(f"understood {body['text']}")

    def on_submit(self, ack: Any, body: Any, client: Any) -> None:
        values = body["view"]["state"]["values"]
        if values["what"]["v"]["value"] == "bad":
            ack(response_action="errors", errors={"what": "not that"})
            return
        ack()
        client.chat_postMessage(
            channel="general", text=values["what"]["v"]["value"], blocks=[section(), button("done")]
        )

    def on_done(self, ack: Any, body: Any, client: Any, respond: Any) -> None:
        ack()
        place = body["container"]
        client.chat_update(channel=place["channel_id"], ts=place["message_ts"], text=f"done by {body['user']['id']}")
        respond("thanks", replace_original=False)

    def on_options(self, ack: Any, payload: Any) -> None:
        text = {"type": "plain_text", "text": payload["value"].upper()}
        ack(options=[{"text": text, "value": payload["value"]}])

    def on_shortcut(self, ack: Any, body: Any, client: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=form())

    def on_event(self, event: dict[str, Any]) -> None:
        self.received.append(event)

    def on_home(self, event: dict[str, Any], client: Any) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("welcome")]})


def form() -> dict[str, Any]:
    service = text_input("service", optional=True, element={"type": "external_select", "action_id": "svc"})
    return modal(text_input("what"), service)


@pytest.fixture(params=[over_socket, over_http], ids=["socket", "http"])
def bolt(request: pytest.FixtureRequest) -> Iterator[tuple[Sandbox, Helper]]:
    timing = Timing(3.0, (0.0,))
    with Sandbox(people(), manifest=manifest(*SCOPES, events=EVENTS), strict_tiers=False, timing=timing) as sandbox:
        helper = Helper(sandbox)
        with request.param(sandbox, helper.app):
            yield sandbox, helper


def messages(sandbox: Sandbox, user: str = "ann") -> list[dict[str, Any]]:
    return list(sandbox.snapshot(user)["channels"][0]["messages"])


def test_a_command_opens_a_form_whose_message_has_a_button_that_updates_it(bolt: tuple[Sandbox, Helper]) -> None:
    sandbox, _ = bolt

    typed = sandbox.actor.slash("ann", "general", "/do", "the thing")
    sent = sandbox.actor.submit("ann", typed.view().id, {"what": "restart it"})
    card = messages(sandbox)[-1]
    pressed = sandbox.actor.press("bob", "general", card["ts"], "done")

    assert (typed.acked, sent.acked, pressed.acked) == (True, True, True)
    assert typed.ack_ms is not None
    assert typed.ack_ms < 3000
    updated = next(one for one in messages(sandbox) if one["ts"] == card["ts"])
    assert updated["text"] == f"done by {sandbox.workspace.find_person('bob').id}"
    assert "blocks" not in updated
    assert [one["text"] for one in messages(sandbox, "ann") if one.get("ephemeral")] == ["understood the thing"]
    assert [one["text"] for one in messages(sandbox, "bob") if one.get("ephemeral")] == ["thanks"]
    assert sandbox.snapshot("ann")["modals"] == []


def test_a_form_with_errors_stays_open_and_shows_them(bolt: tuple[Sandbox, Helper]) -> None:
    sandbox, _ = bolt
    view = sandbox.actor.global_shortcut("ann", "start").view()

    answered = sandbox.actor.submit("ann", view.id, {"what": "bad"})

    assert answered.payload == {"response_action": "errors", "errors": {"what": "not that"}}
    assert sandbox.snapshot("ann")["modals"][0]["errors"] == {"what": "not that"}


def test_an_external_select_offers_what_the_app_answers(bolt: tuple[Sandbox, Helper]) -> None:
    sandbox, _ = bolt
    view = sandbox.actor.global_shortcut("ann", "start").view()

    suggested_options = sandbox.actor.options("ann", view.id, "svc", "pay")
    sandbox.actor.fill("ann", view.id, {"service": "pay"})

    assert suggested_options.payload is not None
    assert [one["text"]["text"] for one in suggested_options.payload["options"]] == ["PAY"]
    assert sandbox.workspace.views[view.id].values["service"]["svc"]["selected_option"]["value"] == "pay"
    with pytest.raises(NotPossibleError):
        sandbox.actor.options("ann", view.id, "svc", "p")


def test_a_listener_that_fails_leaves_the_command_unacknowledged() -> None:
    with Sandbox(people(), timing=Timing(0.3, ()), strict_tiers=False) as hasty:
        with over_socket(hasty, Helper(hasty).app):
            socket = hasty.actor.slash("ann", "general", "/do", "fail")
        with over_http(hasty, Helper(hasty).app):
            http_mode = hasty.actor.slash("ann", "general", "/do", "fail")

    assert (socket.acked, socket.error) == (False, "operation_timeout")
    assert (http_mode.acked, http_mode.error) == (False, "dispatch_failed")


def test_the_app_receives_messages_of_its_channels_and_a_mention_twice(bolt: tuple[Sandbox, Helper]) -> None:
    sandbox, helper = bolt
    sandbox.actor.post("ann", "general", "before it came")
    client_of(sandbox).conversations_join(channel=general(sandbox))

    sandbox.actor.post("ann", "general", f"<@{sandbox.workspace.bot.id}> hello")

    assert sandbox.settle(5)
    assert sorted(one["type"] for one in helper.received) == ["app_mention", "message"]


def test_opening_the_home_tab_lets_the_app_fill_it(bolt: tuple[Sandbox, Helper]) -> None:
    sandbox, _ = bolt

    sandbox.actor.open_home("ann")

    assert sandbox.settle(5)
    assert sandbox.snapshot("ann")["home"]["blocks"][0]["text"]["text"] == "welcome"


def test_http_delivery_stays_on_this_machine(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="only this machine"):
        sandbox.deliver_to("http://203.0.113.7/slack/events")


def test_an_http_retry_has_its_number_and_reason() -> None:
    seen: list[tuple[str | None, str | None]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.headers["X-Slack-Retry-Num"], self.headers["X-Slack-Retry-Reason"]))
            self.send_response(500)
            if len(seen) == 2:
                self.send_header("X-Slack-No-Retry", "1")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    with Sandbox(people(), timing=Timing(3.0, (0.0, 0.0, 0.0)), strict_tiers=False) as sandbox:
        sandbox.deliver_to(f"http://127.0.0.1:{server.server_port}/")
        client_of(sandbox).conversations_join(channel=general(sandbox))
        assert sandbox.settle(5)
        seen.clear()
        sandbox.actor.post("ann", "general", "hi")
        assert sandbox.settle(5)
    server.shutdown()
    serving.join()
    server.server_close()

    assert seen == [(None, None), ("1", "http_error")]
