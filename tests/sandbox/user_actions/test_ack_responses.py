"""Effects of an app's response to a form, and the actions of buttons in forms."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from sandbox.pretend_workspace import Sandbox
from sandbox.user_actions.ack_responses import CONNECTION_ERROR
from sandbox.workspace_errors import NotPossibleError
from tests.support.sandbox_client import button, client_of, modal, person, section, text_input

Json = dict[str, Any]
MARK = {"type": "mrkdwn", "text": "Who?"}


class Scripted:
    """An app that acknowledges every envelope with the result of `answer`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.heard: list[Json] = []
        self.answer: Callable[[Json], Json | None] = lambda payload: None
        self.reading = threading.Thread(target=self.read, args=(sandbox,))
        self.reading.start()
        assert sandbox.wait_for_socket()

    def read(self, sandbox: Sandbox) -> None:
        url = client_of(sandbox).apps_connections_open(app_token=sandbox.app_token)["url"]
        joined = connect(url, proxy=None, ping_interval=None, close_timeout=0.1)
        with contextlib.suppress(ConnectionClosed), joined as socket:
            while True:
                self.take(socket, json.loads(socket.recv()))

    def take(self, socket: ClientConnection, said: Json) -> None:
        if "envelope_id" in said:
            self.heard.append(said["payload"])
            answer = self.answer(said["payload"])
            socket.send(json.dumps({"envelope_id": said["envelope_id"]} | ({"payload": answer} if answer else {})))


@pytest.fixture
def app(sandbox: Sandbox) -> Iterator[Scripted]:
    scripted = Scripted(sandbox)
    yield scripted
    sandbox.faults.drop_sockets()
    scripted.reading.join(5)


def opened(sandbox: Sandbox, client: WebClient, view: Json | None = None) -> str:
    trigger = sandbox.triggers.issue(person(sandbox, "ann"))
    return str(client.views_open(trigger_id=trigger, view=view or modal())["view"]["id"])


def stack(sandbox: Sandbox) -> list[str]:
    return [one["callback_id"] for one in sandbox.snapshot("ann")["modals"]]


def test_an_empty_acknowledgement_closes_the_form(sandbox: Sandbox, client: WebClient, app: Scripted) -> None:
    view = opened(sandbox, client)

    sandbox.actor.submit("ann", view, {"what": "x"})

    assert stack(sandbox) == []
    assert app.heard[0]["view"]["state"]["values"]["what"]["v"]["value"] == "x"


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ({"response_action": "update", "view": modal(callback_id="next")}, ["next"]),
        ({"response_action": "push", "view": modal(callback_id="next")}, ["form", "next"]),
        ({"response_action": "clear"}, []),
    ],
)
def test_a_response_action_takes_the_form_to_its_next_step(
    sandbox: Sandbox, client: WebClient, app: Scripted, answer: Json, left: list[str]
) -> None:
    app.answer = lambda payload: answer

    told = sandbox.actor.submit("ann", opened(sandbox, client), {"what": "x"})

    assert (told.error, stack(sandbox)) == (None, left)


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "no such block"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "push", "view": modal(submit=None)},
        {"response_action": "explode"},
    ],
)
def test_an_invalid_response_shows_an_error_and_leaves_the_form_open(
    sandbox: Sandbox, client: WebClient, app: Scripted, answer: Json
) -> None:
    app.answer = lambda payload: answer

    told = sandbox.actor.submit("ann", opened(sandbox, client), {"what": "x"})

    assert (told.acked, told.error, stack(sandbox)) == (True, "trouble connecting", ["form"])


def test_a_response_cannot_push_a_fourth_form(sandbox: Sandbox, client: WebClient, app: Scripted) -> None:
    app.answer = lambda payload: {"response_action": "push", "view": modal()}
    view = opened(sandbox, client)
    for _ in range(2):
        sandbox.actor.submit("ann", view, {"what": "x"})
        view = sandbox.snapshot("ann")["modals"][-1]["id"]

    told = sandbox.actor.submit("ann", view, {"what": "x"})

    assert (told.error, len(stack(sandbox))) == ("trouble connecting", 3)


def test_view_closed_is_sent_only_if_the_app_asked_for_it(sandbox: Sandbox, client: WebClient, app: Scripted) -> None:
    quiet = sandbox.actor.close("ann", opened(sandbox, client))
    told = sandbox.actor.close("ann", opened(sandbox, client, modal(notify_on_close=True)))

    assert quiet is None
    assert told is not None
    assert [one["type"] for one in app.heard] == ["view_closed"]
    assert "trigger_id" not in app.heard[0]


def test_a_button_in_a_form_sends_the_typed_values(sandbox: Sandbox, client: WebClient, app: Scripted) -> None:
    view = opened(sandbox, client, modal(text_input("what"), button("more", "7")))
    sandbox.actor.fill("ann", view, {"what": "half a sen"})

    sandbox.actor.press_in_view("ann", view, "more")

    (pressed,) = app.heard
    assert pressed["container"] == {"type": "view", "view_id": view}
    assert pressed["view"]["state"]["values"]["what"]["v"]["value"] == "half a sen"
    assert (pressed["actions"][0]["value"], pressed["actions"][0]["type"]) == ("7", "button")
    assert "response_url" not in pressed


@pytest.mark.parametrize(
    ("kind", "field", "missing"),
    [
        ("users_select", "selected_user", "UNOSUCH"),
        ("multi_users_select", "selected_users", ["UNOSUCH"]),
        ("channels_select", "selected_channel", "customer ticket 7"),
    ],
)
def test_a_person_or_channel_that_the_workspace_does_not_have_cannot_be_chosen(
    sandbox: Sandbox, client: WebClient, app: Scripted, kind: str, field: str, missing: str | list[str]
) -> None:
    chosen = {"type": kind, "action_id": "v"}
    view = opened(sandbox, client, modal({"type": "section", "block_id": "who", "text": MARK, "accessory": chosen}))

    with pytest.raises(NotPossibleError, match="is not in this workspace"):
        sandbox.actor.submit("ann", view, {"who": missing})

    there = person(sandbox, "ann") if "users" in kind else sandbox.workspace.find_channel("general").id
    sandbox.actor.submit("ann", view, {"who": [there] if isinstance(missing, list) else there})
    (submitted,) = app.heard
    assert submitted["view"]["state"]["values"]["who"]["v"][field] in (there, [there])


def test_a_button_on_the_home_tab_sends_an_action(sandbox: Sandbox, client: WebClient, app: Scripted) -> None:
    ann = person(sandbox, "ann")
    home = client.views_publish(user_id=ann, view={"type": "home", "blocks": [section(), button("go")]})["view"]["id"]

    told = sandbox.actor.press_in_view("ann", home, "go")

    assert told.acked
    assert (app.heard[0]["view"]["type"], app.heard[0]["user"]["id"]) == ("home", ann)


def test_an_overflow_menu_and_a_select_send_the_selected_option(
    sandbox: Sandbox, client: WebClient, app: Scripted
) -> None:
    options = [{"text": {"type": "plain_text", "text": word}, "value": word} for word in ("low", "high")]
    elements = [
        {"type": "overflow", "action_id": "menu", "options": options},
        {"type": "static_select", "action_id": "pick", "options": options},
    ]
    view = opened(sandbox, client, modal({"type": "actions", "block_id": "row", "elements": elements}))

    sandbox.actor.press_in_view("ann", view, "menu", selected="low")
    sandbox.actor.press_in_view("ann", view, "pick", selected="high")

    chosen = [one["actions"][0]["selected_option"]["value"] for one in app.heard]
    assert chosen == ["low", "high"]
    assert app.heard[1]["view"]["state"]["values"]["row"]["pick"]["selected_option"]["value"] == "high"


def test_buttons_with_one_action_id_are_distinguished_by_block_or_value(
    sandbox: Sandbox, client: WebClient, app: Scripted
) -> None:
    rows = [button("go", "1") | {"block_id": "one"}, button("go", "2") | {"block_id": "two"}]
    ts = client.chat_postMessage(channel="general", text="t", blocks=rows)["ts"]

    sandbox.actor.press("ann", "general", ts, "go", "two")
    sandbox.actor.press("ann", "general", ts, "go", value="2")
    sandbox.actor.press("ann", "general", ts, "go")

    assert [one["actions"][0]["value"] for one in app.heard] == ["2", "2", "1"]


def suggested(count: int, **more: Any) -> list[Json]:
    return [{"text": {"type": "plain_text", "text": f"{n}"}, "value": f"{n}", **more} for n in range(count)]


@pytest.mark.parametrize(
    ("answer", "error", "left"),
    [
        ({"options": suggested(100)}, None, 100),
        ({"options": []}, None, 0),
        ({"option_groups": [{"label": {"type": "plain_text", "text": "G"}, "options": suggested(2)}]}, None, 2),
        ({"options": suggested(101)}, CONNECTION_ERROR, 0),
        ({"options": [{"label": "old", "value": "1"}]}, CONNECTION_ERROR, 0),
        ({"options": suggested(1, url="https://x.example")}, CONNECTION_ERROR, 0),
        ({"option_groups": [{"options": suggested(1)}]}, CONNECTION_ERROR, 0),
    ],
)
def test_suggestions_obey_the_rules_of_options(
    sandbox: Sandbox, client: WebClient, app: Scripted, answer: Json, error: str | None, left: int
) -> None:
    element = {"type": "external_select", "action_id": "v", "min_query_length": 0}
    view = opened(sandbox, client, modal(text_input("it", element=element)))
    app.answer = lambda payload: answer

    asked = sandbox.actor.options("ann", view, "v", "")

    assert asked.error == error
    assert len(sandbox.workspace.views[view].suggested_options.get("v", [])) == left
