"""The `metadata` of a message: an event of the app, entities (work objects), or both."""

import json
from typing import Any

from sandbox.state.entities import Payload
from sandbox.state.text_formats import is_web_url
from sandbox.workspace_errors import SlackError

METADATA_BYTES = 16_000


def checked_metadata(metadata: Any) -> Payload | None:
    """Return metadata that has an event type with a payload, or entities. An empty object removes metadata."""
    if metadata is None or metadata == {}:
        return metadata  # type: ignore[no-any-return]
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    has_event = any(metadata.get(name) is not None for name in ("event_type", "event_payload"))
    entities = metadata.get("entities")
    if (has_event or entities is None) and not _is_event(metadata):
        raise SlackError("invalid_metadata_format")
    if entities is not None:
        _check_entities(entities)
    if len(json.dumps(metadata)) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return metadata


def _is_event(metadata: Payload) -> bool:
    event_type = metadata.get("event_type")
    return isinstance(event_type, str) and bool(event_type) and isinstance(metadata.get("event_payload"), dict)


def _check_entities(entities: Any) -> None:
    """Raise `invalid_metadata_schema` with the pointer of each field that is missing or wrong."""
    if not isinstance(entities, list) or not entities:
        raise SlackError("invalid_metadata_schema", response_metadata=_messages([("/metadata/entities", "an array")]))
    wrong = [
        (f"/metadata/entities/{n}{field}", needed) for n, one in enumerate(entities) for field, needed in _wrong(one)
    ]
    if wrong:
        raise SlackError("invalid_metadata_schema", response_metadata=_messages(wrong))


def _wrong(entity: Any) -> list[tuple[str, str]]:
    if not isinstance(entity, dict):
        return [("", "an object")]
    wrong: list[tuple[str, str]] = []
    if not isinstance(entity.get("url"), str) or not is_web_url(entity["url"]):
        wrong.append(("/url", "a valid url"))
    strings = {
        "/entity_type": entity.get("entity_type"),
        "/external_ref/id": _at(entity, "external_ref", "id"),
        "/entity_payload/attributes/title/text": _at(entity, "entity_payload", "attributes", "title", "text"),
    }
    return wrong + [(field, "a string") for field, value in strings.items() if not isinstance(value, str) or not value]


def _at(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _messages(wrong: list[tuple[str, str]]) -> Payload:
    return {"messages": [f"[ERROR] must be {needed} [json-pointer:{pointer}]" for pointer, needed in wrong]}
