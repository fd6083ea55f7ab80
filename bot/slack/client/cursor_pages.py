"""Cursor pagination of Slack's Web API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar


class Page(Protocol):
    """One page of results: a response of Slack, or the data in it."""

    def get(self, key: str, /) -> Any:
        """Return a field, None if there is none."""


P = TypeVar("P", bound=Page)


def next_cursor(page: Page) -> str:
    """Return the cursor of the page after this one, empty after the last page."""
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")


def pages(fetch: Callable[..., P], cursor: str = "") -> Iterator[P]:
    """Yield the pages that `fetch(cursor=...)` returns, from `cursor` on to the last."""
    while True:
        page = fetch(cursor=cursor)
        yield page
        cursor = next_cursor(page)
        if not cursor:
            return
