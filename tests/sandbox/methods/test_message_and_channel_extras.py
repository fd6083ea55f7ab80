"""Pins, bookmarks, reactions, canvases, scheduled messages: each refusal once by a plain client."""

from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.pretend_workspace import Sandbox
from sandbox.state.workspace_clock import SetClock
from tests.support.sandbox_client import WORKSPACE_START, client_of, general, people, refusal


@pytest.fixture
def place(client: WebClient) -> str:
    return str(client.conversations_create(name="inc-1")["channel"]["id"])


def test_a_message_is_pinned_once_and_unpinned_once(client: WebClient, place: str) -> None:
    ts = client.chat_postMessage(channel=place, text="hi")["ts"]
    client.pins_add(channel=place, timestamp=ts)

    assert refusal(client.pins_add, channel=place, timestamp=ts) == "already_pinned"
    assert [one["message"]["ts"] for one in client.pins_list(channel=place)["items"]] == [ts]
    client.pins_remove(channel=place, timestamp=ts)
    assert refusal(client.pins_remove, channel=place, timestamp=ts) == "no_pin"
    assert refusal(client.pins_add, channel=place, timestamp="1.0") == "message_not_found"
    assert refusal(client.pins_add, channel=place) == "no_item_specified"


def test_system_messages_cannot_be_pinned(client: WebClient, place: str) -> None:
    joined = client.conversations_history(channel=place)["messages"][-1]

    assert joined["subtype"] == "channel_join"
    assert refusal(client.pins_add, channel=place, timestamp=joined["ts"]) == "not_pinnable"


def test_a_reaction_is_added_once_and_removed_once(client: WebClient, place: str) -> None:
    ts = client.chat_postMessage(channel=place, text="hi")["ts"]
    client.reactions_add(channel=place, timestamp=ts, name="eyes")

    assert refusal(client.reactions_add, channel=place, timestamp=ts, name="eyes") == "already_reacted"
    assert client.reactions_get(channel=place, timestamp=ts)["message"]["reactions"][0]["count"] == 1
    client.reactions_remove(channel=place, timestamp=ts, name="eyes")
    assert refusal(client.reactions_remove, channel=place, timestamp=ts, name="eyes") == "no_reaction"


@pytest.mark.parametrize("name", ["thumbsup", "+1", ":tada:", "wave::skin-tone-3", "melting_face", "fingerprint"])
def test_an_emoji_of_slack_is_a_reaction(client: WebClient, place: str, name: str) -> None:
    ts = client.chat_postMessage(channel=place, text="hi")["ts"]

    assert refusal(client.reactions_add, channel=place, timestamp=ts, name=name) == ""


@pytest.mark.parametrize("name", ["No Such!", "no_such_emoji", "tada::skin-tone-3", "wave::skin-tone-7", ""])
def test_an_unknown_emoji_is_no_reaction(client: WebClient, place: str, name: str) -> None:
    ts = client.chat_postMessage(channel=place, text="hi")["ts"]

    assert refusal(client.reactions_add, channel=place, timestamp=ts, name=name) == "invalid_name"


def test_a_channel_has_at_most_a_hundred_bookmarks_and_they_are_links(client: WebClient, place: str) -> None:
    add: dict[str, Any] = {"channel_id": place, "title": "Board", "type": "link", "link": "https://x.example"}
    made = client.bookmarks_add(**add)["bookmark"]

    for link in ("x", "http://", "https://two words", "mailto:ann@x.example"):
        assert refusal(client.bookmarks_add, **add | {"link": link}) == "invalid_link"
    assert refusal(client.bookmarks_add, **add | {"type": "file"}) == "invalid_bookmark_type"
    edited = client.bookmarks_edit(bookmark_id=made["id"], channel_id=place, title="New")["bookmark"]
    assert (edited["title"], edited["link"]) == ("New", "https://x.example")
    for _ in range(99):
        client.bookmarks_add(**add)
    assert refusal(client.bookmarks_add, **add) == "too_many_bookmarks"
    client.bookmarks_remove(bookmark_id=made["id"], channel_id=place)
    assert refusal(client.bookmarks_remove, bookmark_id=made["id"], channel_id=place) == "not_found"
    assert len(client.bookmarks_list(channel_id=place)["bookmarks"]) == 99


def test_a_channel_has_one_canvas_of_its_own(client: WebClient, place: str) -> None:
    words = {"type": "markdown", "markdown": "# Now"}
    own: dict[str, Any] = {"channel_id": place, "document_content": words}
    made = client.conversations_canvases_create(**own)["canvas_id"]

    assert refusal(client.conversations_canvases_create, **own) == "channel_canvas_already_exists"
    client.canvases_edit(canvas_id=made, changes=[{"operation": "insert_at_end", "document_content": words}])
    assert refusal(client.canvases_edit, canvas_id="F404", changes=[]) == "canvas_not_found"
    assert (
        refusal(client.canvases_create, title="Alone", document_content=words)
        == "free_teams_cannot_create_standalone_canvases"
    )


def test_a_scheduled_message_is_posted_when_the_clock_reaches_it() -> None:
    clock = SetClock(WORKSPACE_START)
    with Sandbox(people(), clock=clock, strict_tiers=False) as sandbox:
        client, now = client_of(sandbox), int(WORKSPACE_START.timestamp())
        later: dict[str, Any] = {"channel": general(sandbox), "text": "later"}

        assert refusal(client.chat_scheduleMessage, **later, post_at=now - 1) == "time_in_past"
        assert refusal(client.chat_scheduleMessage, **later, post_at=now + 121 * 86400) == "time_too_far"
        client.chat_scheduleMessage(**later, post_at=now + 60)
        client.chat_scheduleMessage(**later, post_at=now + 60, metadata={"event_type": "a", "event_payload": {}})
        seq = sandbox.wire_log.seq
        clock.advance(61)
        sandbox.wait_for_change(seq, 5)

        said = sandbox.snapshot("ann")["channels"][0]["messages"]
        assert [one["text"] for one in said] == ["later"]


def test_at_most_thirty_messages_are_scheduled_for_five_minutes_of_a_channel(
    sandbox: Sandbox, client: WebClient
) -> None:
    at = (int(sandbox.clock.now().timestamp()) // 300 + 2) * 300
    later: dict[str, Any] = {"channel": general(sandbox), "text": "later", "post_at": at}
    kept = [client.chat_scheduleMessage(**later)["scheduled_message_id"] for _ in range(30)]

    assert refusal(client.chat_scheduleMessage, **later) == "restricted_too_many"
    client.chat_deleteScheduledMessage(channel=general(sandbox), scheduled_message_id=kept[0])
    assert len(client.chat_scheduledMessages_list()["scheduled_messages"]) == 29
    gone = {"channel": general(sandbox), "scheduled_message_id": kept[0]}
    assert refusal(client.chat_deleteScheduledMessage, **gone) == "invalid_scheduled_message_id"
