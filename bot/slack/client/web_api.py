"""One call to Slack and how it can end: done, not yet, nobody knows, or no. Knows no job and no incident.

Slack's retries are ours, so the client has none of its own: what is to be tried again is a job, and a job knows when.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.failpoints import Failpoint, no_failpoint
from bot.slack.client.rate_limiter import RateLimiter
from incident.jobs import NORMAL

_log = logging.getLogger(__name__)
_PASSING: Final = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
_SHUT_OUT: Final = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
_TRY_TOKEN_AFTER: Final = timedelta(minutes=1)
_JOIN: Final = "conversations.join"


class RateLimited(Exception):  # noqa: N818 - it is an answer: nothing was sent
    """Nothing was sent: our budget or Slack itself wants us to wait."""

    def __init__(self, method: str, until: datetime) -> None:
        super().__init__(f"{method} waits until {until.isoformat()}")
        self.until = until


class LeaseLost(Exception):  # noqa: N818 - it is an answer: nothing was sent
    """Nothing was sent: the job this is for may be in somebody else's hands by the time of an answer."""


class UnknownOutcome(Exception):  # noqa: N818 - it is an answer: nobody knows
    """It was sent and no clear answer came, so Slack may or may not have done it."""


class SlackError(Exception):
    """Slack said no, and would again."""

    def __init__(self, method: str, error: str, response: Mapping[str, Any]) -> None:
        super().__init__(f"{method}: {error}")
        self.error = error
        self.response = response


@dataclass(frozen=True)
class SlackClient:
    """The bot's own line to one workspace, as one job uses it. `bot` is its user id, `team` the workspace's.

    `reached` is told before and after each call; tests stop the process there. `may_call` tells whether the job is
    still ours for as long as a call may take.
    """

    client: WebClient
    team: str
    bot: str
    budget: RateLimiter
    clock: Clock
    kind: str = ""
    rank: int = NORMAL
    reached: Failpoint = no_failpoint
    may_call: Callable[[datetime], bool] = lambda _: True

    def serving(self, kind: str, rank: int, may_call: Callable[[datetime], bool] = lambda _: True) -> SlackClient:
        """Give the line for one job, which spends the budget by the job's rank."""
        return replace(self, kind=kind, rank=rank, may_call=may_call)

    def now(self) -> datetime:
        """Give the present moment."""
        return self.clock.now()

    def call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call a method within its budget; give Slack's answer, or raise Delayed, LeaseLost, UnknownOutcome or SlackRefusal.

        Where somebody has put us out of a public channel, we go back in first.
        """
        try:
            return self._call(method, arguments)
        except SlackError as no:
            if no.error != "not_in_channel" or method == _JOIN or "channel" not in arguments:
                raise
        self._call(_JOIN, {"channel": arguments["channel"]})
        return self._call(method, arguments)

    def _call(self, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.may_call(self.now()):
            raise LeaseLost(f"{method}: the lease ends too soon")
        until = self.budget.take(method, self.rank, self.now(), arguments.get("channel"))
        if until is not None:
            raise RateLimited(method, until)
        self.reached(f"{self.kind}:{method}:before")
        try:
            response = getattr(self.client, method.replace(".", "_"))(**arguments)
        except SlackApiError as answer:
            raise self._read(method, answer) from answer
        except (OSError, HTTPException) as trouble:
            raise UnknownOutcome(f"{method}: {trouble}") from trouble
        self.reached(f"{self.kind}:{method}:after")
        found: Mapping[str, Any] = response.data
        return found

    def _read(self, method: str, answer: SlackApiError) -> Exception:
        status = getattr(answer.response, "status_code", 200)
        error = str(answer.response.get("error", "unknown_error"))
        if status == 429 or error == "ratelimited":
            headers = getattr(answer.response, "headers", {})
            until = self.now() + timedelta(seconds=_seconds(headers))
            self.budget.block(method, until)
            return RateLimited(method, until)
        if error in _SHUT_OUT:
            # Nothing is given up for that: a new token comes with a new start, and then all that waits goes out.
            _log.error("Slack does not take SLACK_BOT_TOKEN (%s): nothing goes out until it is replaced", error)
            until = self.now() + _TRY_TOKEN_AFTER
            self.budget.block(method, until)
            return RateLimited(method, until)
        if status >= 500 or error in _PASSING:
            return UnknownOutcome(f"{method}: {status} {error}")
        data = getattr(answer.response, "data", {})
        return SlackError(method, error, data if isinstance(data, dict) else {})


def _seconds(headers: Mapping[str, Any]) -> int:
    value = next((v for name, v in headers.items() if name.lower() == "retry-after"), 1)
    first = value[0] if isinstance(value, list) else value
    return int(first) if str(first).isdigit() else 1
