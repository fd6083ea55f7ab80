"""The routes that read incidents, entries and the caller: their paths, parameters and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from bot.api.rest import documents, endpoints, openapi

_STATE: Final = {"enum": ["open", "over", "any"], "type": "string", "default": "open"}
_SERVICE: Final = {"type": "string", "maxLength": endpoints.LONGEST_SERVICE}
_CURSOR: Final = {"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{26}$", "maxLength": 26}
_AFTER: Final = {"type": "integer", "minimum": 0, "maximum": 1_000_000_000, "default": 0}
_LIMIT: Final = openapi.query(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": endpoints.LONGEST_PAGE, "default": 50},
    "How many at most",
)


@dataclass(frozen=True)
class ReadRoute:
    """One of these routes. `name` is its operation id."""

    path: str
    name: str
    summary: str
    answer: type[BaseModel]
    parameters: tuple[dict[str, Any], ...] = ()


READERS: Final = (
    ReadRoute(
        "/incidents",
        "list_incidents",
        "List the incidents that the token may see, newest first.",
        documents.IncidentPage,
        (
            openapi.query("state", _STATE, "Those that are open, over, or any"),
            openapi.query("service", _SERVICE, "Only of this service"),
            openapi.query("cursor", _CURSOR, "The `next` of the page before"),
            _LIMIT,
        ),
    ),
    ReadRoute(
        "/incidents/{number}",
        "read_incident",
        "Read one incident.",
        documents.IncidentDocument,
        (openapi.NUMBER, openapi.IF_NONE_MATCH),
    ),
    ReadRoute(
        "/incidents/{number}/entries",
        "list_entries",
        "Read the entries of one incident in order.",
        documents.EntryPage,
        (
            openapi.NUMBER,
            openapi.query("after", _AFTER, "The number to go on after"),
            openapi.query("timeline", {"type": "boolean", "default": False}, "Only what the timeline shows"),
            _LIMIT,
        ),
    ),
    ReadRoute(
        "/me",
        "read_caller",
        "Read who the token makes you, and what it may do.",
        documents.CallerDocument,
    ),
)
