"""Pages of results: every page once, in order, each through the rate limiter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.slack.client.cursor_pages import next_cursor, pages
from bot.slack.client.rate_limiter import RateLimiter
from bot.slack.client.web_api import CallPostponed
from incident.jobs import USABLE


def page(cursor: str) -> dict[str, Any]:
    following = {"": "b", "b": "c", "c": ""}[cursor]
    return {"items": [cursor], "response_metadata": {"next_cursor": following}}


@pytest.mark.parametrize(("start", "expected"), [("", ["", "b", "c"]), ("b", ["b", "c"]), ("c", ["c"])])
def test_every_page_from_a_cursor_on_is_fetched_once(start: str, expected: list[str]) -> None:
    assert [one["items"][0] for one in pages(page, start)] == expected


@pytest.mark.parametrize("last", [{}, {"response_metadata": None}, {"response_metadata": {"next_cursor": None}}])
def test_a_page_without_a_cursor_is_the_last(last: dict[str, Any]) -> None:
    assert next_cursor(last) == ""
    assert list(pages(lambda cursor: last)) == [last]


def test_each_page_is_a_call_that_the_rate_limiter_counts(rig):
    slack = replace(rig.slack, limiter=RateLimiter({"conversations.list": 2}), rank=USABLE)
    channels = slack.pages("conversations.list", types="public_channel", limit=1)

    found = [next(channels)["channels"][0]["name"] for _ in range(2)]

    assert found == ["general", "incidents"]
    with pytest.raises(CallPostponed):
        next(channels)
