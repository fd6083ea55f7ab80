"""Response URLs: five uses, thirty minutes, ephemeral by default, and which messages they may replace."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.delivery.dispatcher import Timing
from sandbox.pretend_workspace import Sandbox
from sandbox.state.workspace_clock import SetClock
from tests.support.sandbox_client import (
    WORKSPACE_START,
    button,
    client_of,
    general,
    modal,
    people,
    person,
    text_input,
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(WORKSPACE_START)


@pytest.fixture
def sandbox(clock: SetClock) -> Iterator[Sandbox]:
    with Sandbox(people(), clock=clock, strict_tiers=False, timing=Timing(0.05, ())) as running:
        yield running


def last_url(sandbox: Sandbox) -> str:
    """Return the response URL of the latest envelope."""
    return str([one.detail["response_url"] for one in sandbox.wire_log.since(0) if one.kind == "envelope"][-1])


def answer(url: str, **payload: Any) -> tuple[int, str]:
    request = urllib.request.Request(url, json.dumps(payload).encode(), {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, str(json.loads(refused.read())["error"])


def shown(sandbox: Sandbox, user: str = "ann") -> list[dict[str, Any]]:
    return list(sandbox.snapshot(user)["channels"][0]["messages"])


def test_a_response_is_ephemeral_unless_it_says_otherwise(sandbox: Sandbox) -> None:
    sandbox.actor.slash("ann", "general", "/do", "it")

    assert answer(last_url(sandbox), text="only you") == (200, "ok")
    assert answer(last_url(sandbox), text="all of you", response_type="in_channel") == (200, "ok")

    assert [one["text"] for one in shown(sandbox, "ann")] == ["only you", "all of you"]
    assert [one["text"] for one in shown(sandbox, "bob")] == ["all of you"]


def test_a_response_url_works_five_times(sandbox: Sandbox) -> None:
    sandbox.actor.slash("ann", "general", "/do", "it")

    answers = [answer(last_url(sandbox), text=str(number)) for number in range(6)]

    assert [status for status, _ in answers] == [200] * 5 + [404]
    assert answers[-1][1] == "used_url"


def test_a_response_url_works_for_thirty_minutes(sandbox: Sandbox, clock: SetClock) -> None:
    sandbox.actor.slash("ann", "general", "/do", "it")
    clock.advance(30 * 60)
    in_time = answer(last_url(sandbox), text="x")
    clock.advance(1)

    assert (in_time[0], answer(last_url(sandbox), text="x")) == (200, (404, "expired_url"))


def test_a_button_of_a_message_lets_the_app_replace_or_remove_it(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    ts = client.chat_postMessage(channel=general(sandbox), text="card", blocks=[button("go")])["ts"]
    sandbox.actor.press("ann", "general", ts, "go")

    answer(last_url(sandbox), replace_original=True, text="replaced")
    replaced = [(one["ts"], one["text"]) for one in shown(sandbox)]
    answer(last_url(sandbox), delete_original=True)

    assert replaced == [(ts, "replaced")]
    assert shown(sandbox) == []


def test_a_button_of_an_ephemeral_message_lets_the_app_replace_or_remove_it(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    sandbox.workspace.find_channel("general").members.append(sandbox.workspace.bot.id)
    ann = person(sandbox, "ann")
    ts = client.chat_postEphemeral(channel=general(sandbox), user=ann, text="psst", blocks=[button("go")])["message_ts"]
    sandbox.actor.press("ann", "general", ts, "go")
    pressed = [one.detail for one in sandbox.wire_log.since(0) if one.kind == "envelope"][-1]

    answer(last_url(sandbox), replace_original=True, text="replaced")
    replaced = [one["text"] for one in shown(sandbox) if one.get("ephemeral")]
    answer(last_url(sandbox), delete_original=True)

    assert (pressed["container"]["is_ephemeral"], "message" in pressed) == (True, False)
    assert replaced == ["replaced"]
    assert [one for one in shown(sandbox) if one.get("ephemeral")] == []


def test_a_slash_command_has_no_original_to_replace(sandbox: Sandbox) -> None:
    sandbox.actor.slash("ann", "general", "/do", "it")

    assert answer(last_url(sandbox), replace_original=True, text="x")[1] == "cant_replace_original"


def test_a_response_obeys_the_block_rules_and_an_unknown_url_is_rejected(sandbox: Sandbox) -> None:
    sandbox.actor.slash("ann", "general", "/do", "it")

    assert answer(last_url(sandbox), blocks=[{"type": "shout"}]) == (400, "invalid_blocks")
    assert answer(last_url(sandbox)) == (400, "no_text")
    assert answer(f"{sandbox.page_url}respond/commands/T1/none", text="x") == (404, "invalid_url")


def test_a_select_in_a_message_sends_the_selected_option(sandbox: Sandbox) -> None:
    client: WebClient = client_of(sandbox)
    options = [{"text": {"type": "plain_text", "text": word}, "value": word} for word in ("low", "high")]
    select = {"type": "static_select", "action_id": "pick", "options": options}
    block = {"type": "actions", "block_id": "b", "elements": [select]}
    ts = client.chat_postMessage(channel=general(sandbox), text="card", blocks=[block])["ts"]

    pressing = threading.Thread(
        target=sandbox.actor.press, args=("ann", "general", ts, "pick", "b"), kwargs={"selected": "high"}
    )
    pressing.start()
    pressing.join()

    action = [one.detail for one in sandbox.wire_log.since(0) if one.kind == "envelope"][-1]["actions"][0]
    assert (action["action_id"], action["block_id"], action["selected_option"]["value"]) == ("pick", "b", "high")


def test_a_select_that_asks_for_it_gives_the_form_a_response_url(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    ann, place = person(sandbox, "ann"), general(sandbox)
    blocks = [
        select("asked", "conversations_select", response_url_enabled=True),
        select("direct", "conversations_select", response_url_enabled=True),
        select("empty", "channels_select", response_url_enabled=True, optional=True),
        select("silent", "channels_select"),
    ]
    view = client.views_open(trigger_id=sandbox.triggers.issue(ann), view=modal(*blocks))["view"]

    sandbox.actor.submit("ann", view["id"], {"asked": place, "direct": ann, "silent": place})
    urls = [one.detail for one in sandbox.wire_log.since(0) if one.kind == "envelope"][-1]["response_urls"]

    direct = sandbox.workspace.dm(ann).id
    assert [(one["block_id"], one["action_id"], one["channel_id"]) for one in urls] == [
        ("asked", "v", place),
        ("direct", "v", direct),
    ]
    assert answer(urls[0]["response_url"], text="thanks", response_type="in_channel") == (200, "ok")
    assert answer(urls[0]["response_url"], replace_original=True, text="x")[1] == "cant_replace_original"
    assert [one["text"] for one in shown(sandbox, "bob")] == ["thanks"]


def test_a_select_that_defaults_to_the_current_conversation_asks_for_its_response_url(sandbox: Sandbox) -> None:
    client, place = client_of(sandbox), general(sandbox)
    here = {"default_to_current_conversation": True}
    blocks = [
        select("where", "conversations_select", response_url_enabled=True, **here),
        select("several", "multi_conversations_select", **here),
        select("chosen", "conversations_select", initial_conversation=place, **here),
    ]
    typed = sandbox.actor.slash("ann", "general", "/do", "it")

    view = client.views_open(trigger_id=typed.trigger_id, view=modal(*blocks))["view"]
    sandbox.actor.submit("ann", view["id"])

    sent = [one.detail for one in sandbox.wire_log.since(0) if one.kind == "envelope"][-1]
    values = view["state"]["values"]
    assert [values[name]["v"] for name in ("where", "several", "chosen")] == [
        {"type": "conversations_select", "selected_conversation": place},
        {"type": "multi_conversations_select", "selected_conversations": [place]},
        {"type": "conversations_select", "selected_conversation": place},
    ]
    assert [one["channel_id"] for one in sent["response_urls"]] == [place]


def select(block_id: str, kind: str, optional: bool = False, **more: Any) -> dict[str, Any]:
    return text_input(block_id, optional=optional, element={"type": kind, "action_id": "v", **more})


def test_a_button_in_an_attachment_is_pressed_like_any_other(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    attachments = [{"color": "#ff0000", "blocks": [button("go")]}]
    ts = client.chat_postMessage(channel=general(sandbox), text="card", attachments=attachments)["ts"]

    sandbox.actor.press("ann", "general", ts, "go")

    pressed = [one.detail for one in sandbox.wire_log.since(0) if one.kind == "envelope"][-1]
    assert (pressed["actions"][0]["action_id"], pressed["message"]["attachments"][0]["color"]) == ("go", "#ff0000")
    assert answer(last_url(sandbox), attachments=attachments) == (200, "ok")
    assert shown(sandbox)[-1]["attachments"][0]["blocks"][0]["elements"][0]["action_id"] == "go"
    assert answer(last_url(sandbox), attachments=[{"blocks": [{"type": "shout"}]}]) == (400, "invalid_attachments")
    client.chat_update(channel=general(sandbox), ts=ts, text="changed")
    assert shown(sandbox)[0]["attachments"][0]["color"] == "#ff0000"
    client.chat_update(channel=general(sandbox), ts=ts, text="changed", attachments=[])
    assert "attachments" not in shown(sandbox)[0]
