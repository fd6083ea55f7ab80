"""Asks Slack for one account that no list has named. Each account is asked for once, and again after an unclear answer."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from http.client import HTTPException
from threading import Lock
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

ANSWER_SECONDS: Final = 1
_AGAIN_SECONDS: Final = 20.0
_MOST_REMEMBERED: Final = 1_000
STRANGERS: Final = frozenset({"user_not_found", "user_not_visible"})
_log = logging.getLogger(__name__)


class AccountLookup:
    """Looks accounts up, one at a time. `client` should give up after `ANSWER_SECONDS`, since a person waits."""

    def __init__(self, client: WebClient | None) -> None:
        self._client = client
        self._asking = Lock()
        self._without_answer: OrderedDict[str, float] = OrderedDict()
        self._strangers: OrderedDict[str, float] = OrderedDict()

    def find(self, user: str) -> dict[str, Any] | None:
        """Return the account as Slack describes it; None while Slack cannot say, and for a stranger."""
        if self._client is None or not user or not self._asking.acquire(timeout=ANSWER_SECONDS):
            return None
        try:
            return None if self._was_asked(user) else self._ask(self._client, user)
        finally:
            self._asking.release()

    def is_stranger(self, user: str) -> bool:
        """True if Slack answered that the workspace knows no such account."""
        return user in self._strangers

    def _was_asked(self, user: str) -> bool:
        at = max(self._without_answer.get(user, 0.0), self._strangers.get(user, 0.0))
        return bool(at) and time.monotonic() - at < _AGAIN_SECONDS

    def _ask(self, client: WebClient, user: str) -> dict[str, Any] | None:
        self._strangers.pop(user, None)
        try:
            found: dict[str, Any] = client.users_info(user=user)["user"]
        except SlackApiError as refused:
            is_stranger = refused.response.get("error") in STRANGERS
            _remember(self._strangers if is_stranger else self._without_answer, user)
        except (OSError, HTTPException) as failed:
            _log.warning("an account could not be looked up: %s", failed)
            _remember(self._without_answer, user)
        else:
            return found
        return None


def _remember(asked: OrderedDict[str, float], user: str) -> None:
    asked[user] = time.monotonic()
    if len(asked) > _MOST_REMEMBERED:
        asked.popitem(last=False)
