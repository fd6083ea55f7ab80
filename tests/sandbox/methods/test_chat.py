"""Slack's rules for messages, each broken once by a plain client."""

import pytest
from slack_sdk import WebClient

from sandbox.pretend_workspace import Sandbox
from tests.support.sandbox_client import general, person, refusal, section


@pytest.fixture
def place(client: WebClient) -> str:
    return str(client.conversations_create(name="inc-1")["channel"]["id"])


def test_an_empty_message_is_rejected(client: WebClient, place: str) -> None:
    with pytest.warns(UserWarning, match="text"):
        assert refusal(client.chat_postMessage, channel=place) == "no_text"


def test_a_message_to_an_unknown_channel_is_rejected(client: WebClient) -> None:
    assert refusal(client.chat_postMessage, channel="C404", text="hi") == "channel_not_found"


def test_a_too_long_text_is_truncated_when_posted_and_rejected_when_updated(client: WebClient, place: str) -> None:
    posted = client.chat_postMessage(channel=place, text="x" * 40_001)

    assert len(posted["message"]["text"]) == 40_000
    assert refusal(client.chat_update, channel=place, ts=posted["ts"], text="x" * 4_000) == ""
    assert refusal(client.chat_update, channel=place, ts=posted["ts"], text="x" * 4_001) == "msg_too_long"


def test_only_the_bots_own_messages_can_be_updated_or_deleted(sandbox: Sandbox, client: WebClient) -> None:
    client.conversations_join(channel=general(sandbox))
    ts = sandbox.actor.post("ann", "general", "mine")

    assert refusal(client.chat_update, channel=general(sandbox), ts=ts, text="x") == "cant_update_message"
    assert refusal(client.chat_delete, channel=general(sandbox), ts=ts) == "cant_delete_message"
    assert refusal(client.chat_update, channel=general(sandbox), ts="1.0", text="x") == "message_not_found"


def test_a_message_is_updated_by_channel_id_and_not_by_person(sandbox: Sandbox, client: WebClient) -> None:
    ann = person(sandbox, "ann")
    ts = client.chat_postMessage(channel=ann, text="hi")["ts"]

    assert refusal(client.chat_update, channel=ann, ts=ts, text="ho") == "channel_not_found"


def test_updating_with_text_alone_removes_the_blocks_and_keeps_the_metadata(client: WebClient, place: str) -> None:
    metadata = {"event_type": "job", "event_payload": {"key": "1"}}
    ts = client.chat_postMessage(channel=place, text="a", blocks=[section()], metadata=metadata)["ts"]

    client.chat_update(channel=place, ts=ts, text="b")

    kept = client.conversations_history(channel=place, include_all_metadata=True)["messages"][0]
    assert (kept["text"], kept.get("blocks"), kept["metadata"]) == ("b", None, metadata)
    assert kept["edited"]["user"] == kept["user"]


def test_metadata_is_returned_only_on_request(client: WebClient, place: str) -> None:
    client.chat_postMessage(channel=place, text="a", metadata={"event_type": "job", "event_payload": {"key": "1"}})

    assert "metadata" not in client.conversations_history(channel=place)["messages"][0]


def test_metadata_without_type_or_payload_is_rejected(client: WebClient, place: str) -> None:
    broken = {"event_type": "job"}

    assert refusal(client.chat_postMessage, channel=place, text="a", metadata=broken) == "invalid_metadata_format"


def test_markdown_text_excludes_text_and_blocks(client: WebClient, place: str) -> None:
    assert refusal(client.chat_postMessage, channel=place, text="a", markdown_text="b") == "markdown_text_conflict"
    assert client.chat_postMessage(channel=place, markdown_text="**b**")["message"]["text"] == "**b**"


def test_a_reply_needs_its_thread_and_a_reply_to_a_reply_joins_the_thread(client: WebClient, place: str) -> None:
    head = client.chat_postMessage(channel=place, text="head")["ts"]
    reply = client.chat_postMessage(channel=place, text="reply", thread_ts=head)["ts"]

    deeper = client.chat_postMessage(channel=place, text="deeper", thread_ts=reply)["message"]

    assert deeper["thread_ts"] == head
    assert refusal(client.chat_postMessage, channel=place, text="x", thread_ts="1.0") == "thread_not_found"


def test_history_leaves_replies_out_unless_they_were_broadcast(client: WebClient, place: str) -> None:
    head = client.chat_postMessage(channel=place, text="head")["ts"]
    client.chat_postMessage(channel=place, text="quiet", thread_ts=head)
    client.chat_postMessage(channel=place, text="loud", thread_ts=head, reply_broadcast=True)

    shown = client.conversations_history(channel=place)["messages"]
    thread = client.conversations_replies(channel=place, ts=head)["messages"]

    assert [one["text"] for one in shown if one.get("subtype") != "channel_join"] == ["loud", "head"]
    assert [one["text"] for one in thread] == ["head", "quiet", "loud"]
    assert (thread[0]["reply_count"], thread[1]["parent_user_id"]) == (2, thread[0]["user"])
    assert refusal(client.conversations_replies, channel=place, ts="1.0") == "thread_not_found"


def test_history_is_bounded_by_times_and_comes_in_pages(client: WebClient, place: str) -> None:
    timestamps = [client.chat_postMessage(channel=place, text=str(number))["ts"] for number in range(5)]

    between = client.conversations_history(channel=place, oldest=timestamps[1], latest=timestamps[3])["messages"]
    inclusive = client.conversations_history(channel=place, oldest=timestamps[1], latest=timestamps[3], inclusive=True)
    first = client.conversations_history(channel=place, oldest=timestamps[0], limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    second = client.conversations_history(channel=place, oldest=timestamps[0], limit=3, cursor=cursor)

    assert [one["text"] for one in between] == ["2"]
    assert [one["text"] for one in inclusive["messages"]] == ["3", "2", "1"]
    assert [one["text"] for one in (*first["messages"], *second["messages"])] == ["4", "3", "2", "1"]
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert refusal(client.conversations_history, channel=place, oldest="soon") == "invalid_ts_oldest"


def test_an_ephemeral_message_reaches_only_its_recipient_who_must_be_a_member(
    sandbox: Sandbox, client: WebClient
) -> None:
    place = general(sandbox)
    client.conversations_join(channel=place)
    ann, bob, cyd = (person(sandbox, name) for name in ("ann", "bob", "cyd"))

    client.chat_postEphemeral(channel=place, user=ann, text="psst")

    assert [one["text"] for one in shown_to(sandbox, ann) if one.get("ephemeral")] == ["psst"]
    assert [one for one in shown_to(sandbox, bob) if one.get("ephemeral")] == []
    assert refusal(client.chat_postEphemeral, channel=place, user=cyd, text="x") == "user_not_in_channel"
    assert refusal(client.chat_postEphemeral, channel=place, user=ann, text="é" * 2_001) == "msg_too_long"


def shown_to(sandbox: Sandbox, user: str) -> list[dict[str, object]]:
    return list(sandbox.snapshot(user)["channels"][0]["messages"])


def test_posting_as_a_non_member_requires_a_scope_and_a_public_channel(sandbox: Sandbox, client: WebClient) -> None:
    assert refusal(client.chat_postMessage, channel=general(sandbox), text="hi") == ""
    assert refusal(client.chat_postMessage, channel="#general", text="hi") == ""


def test_deleting_a_threads_parent_leaves_a_tombstone(client: WebClient, place: str) -> None:
    head = client.chat_postMessage(channel=place, text="head")["ts"]
    client.chat_postMessage(channel=place, text="reply", thread_ts=head)

    client.chat_delete(channel=place, ts=head)

    left = client.conversations_replies(channel=place, ts=head)["messages"]
    assert [(one.get("subtype"), one["text"]) for one in left] == [
        ("tombstone", "This message was deleted."),
        (None, "reply"),
    ]
    assert refusal(client.chat_delete, channel=place, ts=head) == "message_not_found"


def test_a_permalink_leads_to_the_page(sandbox: Sandbox, client: WebClient, place: str) -> None:
    ts = client.chat_postMessage(channel=place, text="head")["ts"]

    link = client.chat_getPermalink(channel=place, message_ts=ts)["permalink"]

    assert link == f"{sandbox.page_url}archives/{place}/p{ts.replace('.', '')}"
    assert refusal(client.chat_getPermalink, channel=place, message_ts="1.0") == "message_not_found"


def test_special_characters_are_returned_unchanged(client: WebClient, place: str) -> None:
    text = "🔥 שלום \x00 \ud83d end"

    assert client.chat_postMessage(channel=place, text=text)["message"]["text"] == text
