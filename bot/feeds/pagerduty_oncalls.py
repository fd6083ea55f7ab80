"""Reads who is on call by a schedule of PagerDuty, from its REST API. Older and newer schedules answer alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from bot.feeds.feed_fetch import fetch
from bot.feeds.feed_problem import Fault, FeedProblem
from bot.feeds.named_turn import NamedTurn

ADDRESS: Final = "https://api.pagerduty.com"
_PAGE: Final = 100
_MOST_PAGES: Final = 20
_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


def read_oncalls(url: str, token: str, schedule: str, start: datetime, end: datetime) -> tuple[NamedTurn, ...]:
    """Return the turns of a schedule between two moments. Raises FeedProblem."""
    headers = {"Authorization": f"Token token={token}", "Accept": "application/vnd.pagerduty+json;version=2"}
    turns: dict[NamedTurn, None] = {}
    for page in range(_MOST_PAGES):
        query = {
            "schedule_ids[]": schedule,
            "since": start.isoformat(),
            "until": end.isoformat(),
            "include[]": "users",
            "limit": _PAGE,
            "offset": page * _PAGE,
        }
        body = fetch(f"{url.rstrip('/')}/oncalls?{urlencode(query)}", headers)
        try:
            answer = json.loads(body)
            turns |= dict.fromkeys(_turns(answer["oncalls"], schedule, start, end))
            if not answer.get("more"):
                return tuple(turns)
        except _UNREADABLE:
            raise FeedProblem(Fault.NOT_READABLE) from None
    raise FeedProblem(Fault.TOO_LARGE)


def _turns(oncalls: list[Mapping[str, Any]], schedule: str, start: datetime, end: datetime) -> Iterator[NamedTurn]:
    """Yield each turn; one without a start or an end lasts. The same turn comes once per escalation policy and level."""
    for one in oncalls:
        if (one.get("schedule") or {}).get("id") != schedule:
            continue
        user = one["user"]
        names = (user.get("email"), user.get("name"), user.get("summary"))
        since, until = _moment(one.get("start")) or start, _moment(one.get("end")) or end
        if since < until:
            yield NamedTurn(since, until, tuple(name for name in names if name))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)
