"""Reads who is on call by a schedule of Jira Service Management Operations: the final timeline of its API."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from bot.feeds.feed_fetch import fetch
from bot.feeds.feed_problem import Fault, FeedProblem
from bot.feeds.named_turn import NamedTurn

_USER: Final = "user"
_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


class JsmSite(NamedTuple):
    """A site: the address of its API, `https://api.atlassian.com/jsm/ops/api/<cloud id>`, and the account that reads it."""

    url: str
    user: str
    token: str


def read_timeline(site: JsmSite, schedule: str, start: datetime, end: datetime) -> tuple[NamedTurn, ...]:
    """Return the turns of a schedule between two moments; the names of accounts come from Jira's API. Raises FeedProblem."""
    basic = base64.b64encode(f"{site.user}:{site.token}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Accept": "application/json"}
    weeks = max((end - start).days // 7, 1) + 1
    query = urlencode({"interval": weeks, "intervalUnit": "weeks", "date": start.isoformat()})
    body = fetch(f"{site.url.rstrip('/')}/v1/schedules/{quote(schedule, safe='')}/timeline?{query}", headers)
    names: dict[str, tuple[str, ...]] = {}

    def names_of(account: str) -> tuple[str, ...]:
        if account not in names:
            names[account] = _names_at(
                f"{_jira(site.url)}/rest/api/3/user?{urlencode({'accountId': account})}", headers
            )
        return names[account]

    try:
        return tuple(_turns(json.loads(body), names_of, start, end))
    except _UNREADABLE:
        raise FeedProblem(Fault.NOT_READABLE) from None


def _turns(
    answer: Mapping[str, Any], names_of: Callable[[str], tuple[str, ...]], start: datetime, end: datetime
) -> Iterator[NamedTurn]:
    for rotation in answer["finalTimeline"]["rotations"]:
        for one in rotation.get("periods", ()):
            responder = one.get("responder") or {}
            since, until = (datetime.fromisoformat(one[key]).astimezone(UTC) for key in ("startDate", "endDate"))
            if responder.get("type") == _USER and since < end and until > start:
                yield NamedTurn(since, until, names_of(responder["id"]))


def _names_at(address: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of an account, none of one that was deleted: the others of its schedule are on call all the same."""
    try:
        found = json.loads(fetch(address, headers))
    except FeedProblem as problem:
        if problem.status == HTTPStatus.NOT_FOUND:
            return ()
        raise
    return tuple(name for name in (found.get("emailAddress"), found.get("displayName")) if name)


def _jira(url: str) -> str:
    """Return the address of Jira's API of the same site: `…/ex/jira/<cloud id>`."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/ex/jira/{parts.path.rstrip('/').rpartition('/')[2]}", "", ""))
