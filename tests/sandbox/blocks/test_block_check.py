"""Slack's limits for blocks and views, each exceeded once by a plain client."""

from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.blocks import LIMITS
from sandbox.pretend_workspace import Sandbox
from tests.support.sandbox_client import button, general, modal, person, refusal, refused_with, section, text_input

Json = dict[str, Any]


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def options(count: int, text: int = 1, value: int = 4) -> list[Json]:
    return [{"text": plain(text), "value": f"{number:0{value}d}"} for number in range(count)]


def element(**fields: Any) -> Json:
    return {"type": "actions", "elements": [{"action_id": "a", **fields}]}


def press(**fields: Any) -> Json:
    return element(**({"type": "button", "text": plain(1)} | fields))


def confirm(**fields: Any) -> Json:
    return {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1)} | fields


AT_LIMIT: list[tuple[str, Any, str]] = [
    ("section.text", lambda n: section("x" * n), "/blocks/0/text/text"),
    ("section.fields", lambda n: {"type": "section", "fields": [plain(1)] * n}, "/blocks/0/fields"),
    ("section.field", lambda n: {"type": "section", "fields": [plain(n)]}, "/blocks/0/fields/0/text"),
    ("header.text", lambda n: {"type": "header", "text": plain(n)}, "/blocks/0/text/text"),
    ("context.elements", lambda n: {"type": "context", "elements": [plain(1)] * n}, "/blocks/0/elements"),
    (
        "actions.elements",
        lambda n: {
            "type": "actions",
            "elements": [{"type": "button", "text": plain(1), "action_id": str(i)} for i in range(n)],
        },
        "/blocks/0/elements",
    ),
    ("button.text", lambda n: press(text=plain(n)), "/blocks/0/elements/0/text/text"),
    ("button.value", lambda n: press(value="x" * n), "/blocks/0/elements/0/value"),
    ("button.url", lambda n: press(url="https://" + "x.y/" + "x" * (n - 12)), "/blocks/0/elements/0/url"),
    ("action_id", lambda n: press(action_id="x" * n), "/blocks/0/elements/0/action_id"),
    ("block_id", lambda n: section() | {"block_id": "x" * n}, "/blocks/0/block_id"),
    ("confirm.title", lambda n: press(confirm=confirm(title=plain(n))), "/blocks/0/elements/0/confirm/title/text"),
    ("confirm.text", lambda n: press(confirm=confirm(text=plain(n))), "/blocks/0/elements/0/confirm/text/text"),
    ("options.count", lambda n: element(type="static_select", options=options(n)), "/blocks/0/elements/0/options"),
    (
        "option.text",
        lambda n: element(type="static_select", options=options(1, text=n)),
        "/blocks/0/elements/0/options/0/text/text",
    ),
    (
        "option.value",
        lambda n: element(type="static_select", options=options(1, value=n)),
        "/blocks/0/elements/0/options/0/value",
    ),
    (
        "placeholder.text",
        lambda n: element(type="static_select", options=options(1), placeholder=plain(n)),
        "/blocks/0/elements/0/placeholder/text",
    ),
    ("overflow.options", lambda n: element(type="overflow", options=options(n)), "/blocks/0/elements/0/options"),
    ("checkboxes.options", lambda n: element(type="checkboxes", options=options(n)), "/blocks/0/elements/0/options"),
    (
        "radio_buttons.options",
        lambda n: element(type="radio_buttons", options=options(n)),
        "/blocks/0/elements/0/options",
    ),
    ("input.label", lambda n: text_input("t", label=plain(n)), "/blocks/0/label/text"),
    (
        "image.alt_text",
        lambda n: {"type": "image", "image_url": "https://x", "alt_text": "x" * n},
        "/blocks/0/alt_text",
    ),
]


@pytest.mark.parametrize(("limit", "make", "pointer"), AT_LIMIT, ids=[one[0] for one in AT_LIMIT])
def test_a_block_at_its_limit_is_accepted_and_one_above_is_rejected(
    sandbox: Sandbox, client: WebClient, limit: str, make: Any, pointer: str
) -> None:
    place = general(sandbox)

    assert refusal(client.chat_postMessage, channel=place, text="t", blocks=[make(LIMITS[limit])]) == ""
    answer = refused_with(client.chat_postMessage, channel=place, text="t", blocks=[make(LIMITS[limit] + 1)])

    assert answer["error"] == "invalid_blocks"
    assert f"[json-pointer:{pointer}]" in answer["response_metadata"]["messages"][0]


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"type": "shout"}, "unsupported type: shout"),
        ({"type": "section"}, "must provide text or fields"),
        ({"type": "section", "text": plain(0)}, "must be more than 0 characters"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "must be one of: plain_text"),
        ({"type": "context", "elements": [press()["elements"][0]]}, "unsupported type: button"),
        ({"type": "divider", "colour": "red"}, "invalid additional property: colour"),
        ({"type": "actions", "elements": []}, "no less than 1 items"),
        ({"type": "actions", "elements": press()["elements"] * 2}, "already exists"),
        (element(type="static_select", options=options(1) * 2), "option values must be unique"),
        (element(type="static_select", options=[]), "must provide either options or option_groups"),
        (
            element(type="static_select", options=options(1), initial_option=options(2)[1]),
            "initial option must match",
        ),
        (press(style="loud"), "must be one of: primary, danger"),
        ({"type": "image", "alt_text": "x"}, "must provide image_url or slack_file"),
        (text_input("f", element={"type": "file_input"}), "unsupported type: file_input"),
    ],
)
def test_a_block_that_breaks_a_rule_is_rejected_with_a_message(
    sandbox: Sandbox, client: WebClient, block: Json, words: str
) -> None:
    answer = refused_with(client.chat_postMessage, channel=general(sandbox), text="t", blocks=[block])

    assert answer["error"] == "invalid_blocks"
    assert words in " ".join(answer["response_metadata"]["messages"])


def test_a_message_has_at_most_fifty_blocks_with_unique_ids(sandbox: Sandbox, client: WebClient) -> None:
    place = general(sandbox)
    twins = [section() | {"block_id": "same"}] * 2

    assert refusal(client.chat_postMessage, channel=place, text="t", blocks=[section()] * 50) == ""
    assert refusal(client.chat_postMessage, channel=place, text="t", blocks=[section()] * 51) == "invalid_blocks"
    assert refusal(client.chat_postMessage, channel=place, text="t", blocks=twins) == "invalid_blocks"


def test_the_total_text_of_a_message_has_a_limit(sandbox: Sandbox, client: WebClient) -> None:
    place = general(sandbox)

    assert refusal(client.chat_postMessage, channel=place, text="t", blocks=[section("x" * 3000)] * 4) == ""
    too_long = [section("x" * 3000)] * 4 + [section("x")]
    assert refusal(client.chat_postMessage, channel=place, text="t", blocks=too_long) == "msg_blocks_too_long"


VIEWS: list[tuple[str, Json]] = [
    ("must be less than 25 characters", modal(title=plain(25))),
    ("must be less than 25 characters", modal(submit=plain(25))),
    ("must be less than 3001 characters", modal(private_metadata="x" * 3001)),
    ("must be less than 256 characters", modal(callback_id="x" * 256)),
    ("missing required field: submit", modal(submit=None)),
    ("no more than 100 items", modal(*[section()] * 101)),
    ("unsupported type: markdown", modal({"type": "markdown", "text": "x"})),
    ("invalid additional property: state", modal(state={})),
    ("must be between 1 and 3000", modal(text_input("t", element={"max_length": 3001}))),
    ("must be modal", modal(type="home")),
]


@pytest.mark.parametrize(("words", "view"), VIEWS)
def test_a_view_that_breaks_a_rule_is_rejected_with_a_message(
    sandbox: Sandbox, client: WebClient, words: str, view: Json
) -> None:
    view = {key: value for key, value in view.items() if value is not None}
    trigger = sandbox.triggers.issue(person(sandbox, "ann"))

    answer = refused_with(client.views_open, trigger_id=trigger, view=view)

    assert answer["error"] == "invalid_arguments"
    assert words in " ".join(answer["response_metadata"]["messages"])


def test_a_view_above_250_kilobytes_is_too_large(sandbox: Sandbox, client: WebClient) -> None:
    trigger = sandbox.triggers.issue(person(sandbox, "ann"))

    large = modal(*[section("x" * 3000)] * 90)

    assert refusal(client.views_open, trigger_id=trigger, view=large) == "view_too_large"


def test_a_home_tab_has_no_title_and_at_most_a_hundred_blocks(sandbox: Sandbox, client: WebClient) -> None:
    ann = person(sandbox, "ann")
    home: Json = {"type": "home", "blocks": [section(), button("go")]}

    assert refusal(client.views_publish, user_id=ann, view=home) == ""
    assert refusal(client.views_publish, user_id=ann, view=home | {"title": plain(1)}) == "invalid_arguments"
    assert refusal(client.views_publish, user_id=ann, view=home | {"blocks": [section()] * 101}) == "invalid_arguments"
    assert refusal(client.views_publish, user_id="U404", view=home) == "user_not_found"
