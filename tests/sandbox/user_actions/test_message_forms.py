"""Inputs of messages: what a person has chosen goes along with each action of theirs."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from sandbox.pretend_workspace import Sandbox
from sandbox.workspace_errors import NotPossibleError
from tests.support.bolt_transports import over_socket
from tests.support.sandbox_client import button, client_of, general, section, text_input

LEVELS = [{"text": {"type": "plain_text", "text": word}, "value": word} for word in ("low", "high")]
SELECT = {"type": "static_select", "action_id": "level", "options": LEVELS, "initial_option": LEVELS[0]}
EXTERNAL = {"type": "external_select", "action_id": "svc", "min_query_length": 2}
BLOCKS = [
    section() | {"block_id": "s", "accessory": SELECT},
    {"type": "actions", "block_id": "e", "elements": [EXTERNAL]},
    text_input("why", optional=True),
    button("go"),
]


@pytest.fixture
def received(sandbox: Sandbox) -> Iterator[list[dict[str, Any]]]:
    """Run an app that acknowledges every action, and give the bodies that it received."""
    bodies: list[dict[str, Any]] = []
    app = App(name="sample", client=client_of(sandbox), process_before_response=True)
    for name in ("go", "level", "svc"):
        app.action(name)(lambda ack, body: (bodies.append(body), ack()))
    app.options("svc")(lambda ack, body: (bodies.append(body), ack(options=LEVELS)))
    with over_socket(sandbox, app):
        yield bodies


@pytest.fixture
def ts(sandbox: Sandbox, client: WebClient) -> str:
    return str(client.chat_postMessage(channel=general(sandbox), text="card", blocks=BLOCKS)["ts"])


def values(body: dict[str, Any]) -> dict[str, Any]:
    return {block: next(iter(held.values())) for block, held in body["state"]["values"].items()}


def test_an_action_carries_what_its_person_has_chosen_in_the_message(
    sandbox: Sandbox, ts: str, received: list[dict[str, Any]]
) -> None:
    sandbox.actor.press("ann", "general", ts, "level", selected="high")
    sandbox.actor.fill_message("ann", "general", ts, {"why": "it burns"})
    sandbox.actor.press("ann", "general", ts, "go")
    sandbox.actor.press("bob", "general", ts, "go")

    chosen, hers, his = (values(body) for body in received)
    assert chosen["s"]["selected_option"] == LEVELS[1]
    assert (hers["s"]["selected_option"], hers["why"]["value"]) == (LEVELS[1], "it burns")
    assert (his["s"]["selected_option"], his["why"]["value"]) == (LEVELS[0], None)


def test_an_update_keeps_what_was_chosen_where_the_input_stays(
    sandbox: Sandbox, client: WebClient, ts: str, received: list[dict[str, Any]]
) -> None:
    sandbox.actor.fill_message("ann", "general", ts, {"why": "it burns", "s": "high"})
    client.chat_update(channel=general(sandbox), ts=ts, text="card", blocks=BLOCKS[2:])

    sandbox.actor.press("ann", "general", ts, "go")

    assert values(received[0]) == {"why": {"type": "plain_text_input", "value": "it burns"}}


def test_an_external_select_of_a_message_offers_what_the_app_answers(
    sandbox: Sandbox, ts: str, received: list[dict[str, Any]]
) -> None:
    with pytest.raises(NotPossibleError, match="type a little more"):
        sandbox.actor.options_in_message("ann", "general", ts, "svc", "p")
    sandbox.actor.options_in_message("ann", "general", ts, "svc", "pay")

    sandbox.actor.press("ann", "general", ts, "svc", selected="high")

    asked, chosen = received
    assert (asked["value"], asked["container"]["message_ts"], asked["channel"]["id"]) == ("pay", ts, general(sandbox))
    assert chosen["actions"][0]["selected_option"]["value"] == "high"
