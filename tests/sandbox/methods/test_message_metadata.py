"""Metadata of messages: events and entities, posted, edited and scheduled."""

import time
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.models.metadata import EntityMetadata, EventAndEntityMetadata, ExternalRef, Metadata

from tests.support.sandbox_client import refused_with, section

EVENT = {"event_type": "job", "event_payload": {"key": "1", "tags": ["a", "b"]}}
ENTITY: dict[str, Any] = {
    "entity_type": "slack#/entities/task",
    "external_ref": {"id": "abc123"},
    "url": "https://app.example/task/1",
    "entity_payload": {
        "attributes": {"title": {"text": "Call the bank"}},
        "fields": {"due_date": {"value": "2026-06-06"}},
    },
}


@pytest.fixture
def place(client: WebClient) -> str:
    return str(client.conversations_create(name="inc-1")["channel"]["id"])


def test_a_scheduled_message_is_returned_as_it_will_be_posted(client: WebClient, place: str) -> None:
    scheduled = client.chat_scheduleMessage(
        channel=place,
        post_at=int(time.time()) + 60,
        text="later",
        blocks=[section("later")],
        metadata=Metadata(event_type="job", event_payload=EVENT["event_payload"]),
    )

    message = scheduled["message"]
    assert (message["text"], message["metadata"], message["type"]) == ("later", EVENT, "message")
    assert message["bot_id"] == client.auth_test()["bot_id"]
    assert message["blocks"][0]["text"]["text"] == "later"
    assert "ts" not in message


def test_entities_are_stored_with_or_without_an_event(client: WebClient, place: str) -> None:
    model = EntityMetadata(
        entity_type="slack#/entities/task",
        external_ref=ExternalRef(id="abc123"),
        url=ENTITY["url"],
        entity_payload=ENTITY["entity_payload"],
    )
    posted = client.chat_postMessage(channel=place, text="a", metadata=EventAndEntityMetadata(entities=[model]))
    both = client.chat_postMessage(channel=place, text="b", metadata={**EVENT, "entities": [ENTITY]})

    stored = client.conversations_history(channel=place, include_all_metadata=True)["messages"]
    assert posted["message"]["metadata"]["entities"][0]["external_ref"] == {"id": "abc123"}
    assert both["message"]["metadata"]["event_type"] == "job"
    assert [len(one["metadata"]["entities"]) for one in stored[:2]] == [1, 1]


@pytest.mark.parametrize(
    ("metadata", "error", "pointer"),
    [
        ({"event_type": "job"}, "invalid_metadata_format", ""),
        ({"event_payload": {}}, "invalid_metadata_format", ""),
        ({"event_type": "job", "entities": [ENTITY]}, "invalid_metadata_format", ""),
        (["job"], "invalid_metadata_format", ""),
        ({"entities": []}, "invalid_metadata_schema", "/metadata/entities]"),
        ({"entities": ["task"]}, "invalid_metadata_schema", "/metadata/entities/0]"),
        (
            {"entities": [{**ENTITY, "entity_type": None}]},
            "invalid_metadata_schema",
            "/metadata/entities/0/entity_type",
        ),
        ({"entities": [ENTITY, {**ENTITY, "url": "x"}]}, "invalid_metadata_schema", "/metadata/entities/1/url"),
        ({"entities": [{**ENTITY, "external_ref": {}}]}, "invalid_metadata_schema", "/external_ref/id"),
        ({"entities": [{**ENTITY, "entity_payload": {}}]}, "invalid_metadata_schema", "/attributes/title/text"),
        ({"event_type": "job", "event_payload": {"key": "x" * 16_000}}, "metadata_too_large", ""),
    ],
)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.scheduleMessage"])
def test_metadata_that_is_neither_is_refused(
    client: WebClient, place: str, method: str, metadata: Any, error: str, pointer: str
) -> None:
    arguments = {"channel": place, "text": "a", "metadata": metadata, "post_at": int(time.time()) + 60}

    answer = refused_with(client.api_call, api_method=method, json=arguments)

    assert answer["error"] == error
    assert pointer in " ".join(answer.get("response_metadata", {}).get("messages", [""]))
