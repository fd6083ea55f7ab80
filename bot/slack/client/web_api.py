"""Slack Web API client used by jobs. A call succeeds, is postponed, times out with an unknown outcome, or is rejected.

It retries nothing: what has to be tried again is a job, and a job knows when. Knows no incident.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPException
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.failpoints import Failpoint, no_failpoint
from bot.slack.client.cursor_pages import pages
from bot.slack.client.rate_limiter import RateLimiter
from bot.slack.client.slack_errors import TOKEN_REJECTED, TRANSIENT
from incident.jobs import NORMAL

_log = logging.getLogger(__name__)
_TOKEN_RETRY: Final = timedelta(minutes=1)
_JOIN: Final = "conversations.join"


class CallPostponed(Exception):  # noqa: N818 - it is no error: the call will be made later
    """Nothing was sent: the rate limiter or Slack allows the call only at `until`."""

    def __init__(self, method: str, until: datetime) -> None:
        super().__init__(f"{method} is postponed until {until.isoformat()}")
        self.until = until


class UnknownOutcome(Exception):  # noqa: N818 - it is no error: the call may have succeeded
    """The call was sent and no clear response came, so Slack may or may not have executed it."""


class SlackError(Exception):
    """Slack rejected the call, and would reject it again."""

    def __init__(self, method: str, error: str, response: Mapping[str, Any]) -> None:
        super().__init__(f"{method}: {error}")
        self.error = error
        self.response = response


def _no_check(now: datetime) -> None:
    """Allow every call, as a client that serves no leased job does."""


@dataclass(frozen=True)
class SlackClient:
    """The bot's client for one workspace, as one job uses it. `bot` is its user id, `team` the workspace's id.

    `reached` is called before and after each call; tests stop the process there. `check_lease` is called with the
    time before each call and raises if the job may make none.
    """

    client: WebClient
    team: str
    bot: str
    limiter: RateLimiter
    clock: Clock
    kind: str = ""
    rank: int = NORMAL
    reached: Failpoint = no_failpoint
    check_lease: Callable[[datetime], None] = _no_check
    moved: Mapping[str, str] = field(default_factory=dict)

    def for_job(
        self,
        kind: str,
        rank: int,
        check_lease: Callable[[datetime], None] = _no_check,
        moved: Mapping[str, str] | None = None,
    ) -> SlackClient:
        """Return the client for one job, limited by its rank and lease. `moved` has the present id of each former channel."""
        return replace(self, kind=kind, rank=rank, check_lease=check_lease, moved=moved or {})

    def pages(self, method: str, *, cursor: str = "", **arguments: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the pages of a method's results from `cursor` on. Each page is a call of its own; see `call`."""
        return pages(partial(self.call, method, **arguments), cursor)

    def call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call a method and return Slack's response.

        If Muster was removed from a public channel, it joins again first. Raises CallPostponed, UnknownOutcome,
        SlackError, or what `check_lease` raises.
        """
        if "channel" in arguments:
            arguments["channel"] = self.moved.get(arguments["channel"], arguments["channel"])
        try:
            return self._call(method, arguments)
        except SlackError as error:
            if error.error != "not_in_channel" or method == _JOIN or "channel" not in arguments:
                raise
        self._call(_JOIN, {"channel": arguments["channel"]})
        return self._call(method, arguments)

    def _call(self, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        self.check_lease(self.clock.now())
        until = self.limiter.take(method, self.rank, self.clock.now(), arguments.get("channel"))
        if until is not None:
            raise CallPostponed(method, until)
        self.reached(f"{self.kind}:{method}:before")
        try:
            response = getattr(self.client, method.replace(".", "_"))(**arguments)
        except SlackApiError as rejected:
            raise self._error_of(method, rejected) from rejected
        except (OSError, HTTPException) as lost:
            raise UnknownOutcome(f"{method}: {lost}") from lost
        self.reached(f"{self.kind}:{method}:after")
        data: Mapping[str, Any] = response.data
        return data

    def _error_of(self, method: str, rejected: SlackApiError) -> Exception:
        status = getattr(rejected.response, "status_code", 200)
        error = str(rejected.response.get("error", "unknown_error"))
        if status == 429 or error == "ratelimited":
            return self._postponed(method, timedelta(seconds=_retry_after(rejected)))
        if error in TOKEN_REJECTED:
            # No job becomes a dead letter for that: a new token comes with a restart, and then every job goes out.
            _log.error("Slack does not take SLACK_BOT_TOKEN (%s): nothing goes out until it is replaced", error)
            return self._postponed(method, _TOKEN_RETRY)
        if status >= 500 or error in TRANSIENT:
            return UnknownOutcome(f"{method}: {status} {error}")
        data = getattr(rejected.response, "data", {})
        return SlackError(method, error, data if isinstance(data, dict) else {})

    def _postponed(self, method: str, pause: timedelta) -> CallPostponed:
        until = self.clock.now() + pause
        self.limiter.block(method, until)
        return CallPostponed(method, until)


def _retry_after(rejected: SlackApiError) -> int:
    headers = getattr(rejected.response, "headers", {})
    value = next((v for name, v in headers.items() if name.lower() == "retry-after"), 1)
    first = value[0] if isinstance(value, list) else value
    return int(first) if str(first).isdigit() else 1
