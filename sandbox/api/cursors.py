"""Slack's cursors: opaque text that holds an offset or a timestamp."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from sandbox.api.api_call import ApiCall
from sandbox.workspace_errors import SlackError

T = TypeVar("T")


def paginate(
    call: ApiCall, items: Sequence[T], *, default: int = 100, maximum: int = 1000
) -> tuple[list[T], dict[str, Any]]:
    """Return one page of results, and the response_metadata with the next cursor."""
    start = int(decode_cursor(call.text("cursor"), "offset") or 0)
    end = start + call.number("limit", default, maximum=maximum)
    next_page = encode_cursor("offset", str(end)) if end < len(items) else ""
    return list(items[start:end]), {"response_metadata": {"next_cursor": next_page}}


def encode_cursor(kind: str, value: str) -> str:
    """Return the cursor for a position."""
    return base64.b64encode(f"{kind}:{value}".encode()).decode()


def decode_cursor(cursor: str, kind: str) -> str | None:
    """Return a cursor's position, None for an empty cursor. SlackError `invalid_cursor` for any other kind."""
    if not cursor:
        return None
    try:
        found_kind, _, value = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as invalid:
        raise SlackError("invalid_cursor") from invalid
    if found_kind != kind:
        raise SlackError("invalid_cursor")
    return value
