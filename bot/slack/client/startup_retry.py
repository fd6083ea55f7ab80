"""Repeats the calls of a start until Slack answers, so that no outage of Slack, name server or proxy prevents a start.

What only an operator can change (an unknown token, an address that is not Slack's) is raised at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from itertools import chain, repeat
from typing import Final, TypeVar

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.client.slack_errors import TRANSIENT

T = TypeVar("T")
PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
LOG_SECONDS: Final = 60.0
_NOT_FOUND, _OK = 404, 200
_HEALS: Final = TRANSIENT | {"ratelimited", "rate_limited"}
_SDK_LOGGERS: Final = ("slack_sdk.web.base_client", "slack_sdk.socket_mode.builtin.client")
_log = logging.getLogger(__name__)


class StartupRetry:
    """Repeats calls after each of `pauses` (seconds), the last of them again and again.

    `reason` says why a call is repeated at the moment, and is empty otherwise. The log says so at first and once a minute.
    """

    def __init__(
        self,
        pauses: Sequence[float] = PAUSES,
        *,
        log_seconds: float = LOG_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pauses = pauses
        self._log_seconds = log_seconds
        self._sleep = sleep
        self._logged_at: float | None = None
        self.reason = ""

    def until_answered(self, call: Callable[[], T]) -> T:
        """Make a call until Slack answers it, and return the answer. Raise an error that waiting does not heal."""
        started_at = time.monotonic()
        pauses = chain(self._pauses, repeat(self._pauses[-1]))
        while True:
            try:
                with _quiet_sdk():
                    answer = call()
            except (SlackClientError, HTTPException, OSError) as error:
                if not _can_heal(error):
                    raise
                self._log_reason(error, started_at)
                self._sleep(max(next(pauses), _retry_after(error)))
            else:
                self._end(started_at)
                return answer

    def _log_reason(self, error: Exception, started_at: float) -> None:
        self.reason, now = _reason(error), time.monotonic()
        if self._logged_at is None or now - self._logged_at >= self._log_seconds:
            _log.warning("waiting for Slack for %.0f s: %s", now - started_at, self.reason)
            self._logged_at = now

    def _end(self, started_at: float) -> None:
        if self._logged_at is not None:
            _log.info("Slack answers after %.0f s", time.monotonic() - started_at)
        self.reason, self._logged_at = "", None


def _can_heal(error: Exception) -> bool:
    if not isinstance(error, SlackApiError):
        return True
    status, code = getattr(error.response, "status_code", _OK), error.response.get("error")
    # Slack itself refuses with status 200; any other comes from a server that fails, or from a proxy.
    return code in _HEALS if status == _OK else status != _NOT_FOUND


def _reason(error: Exception) -> str:
    if isinstance(error, SlackApiError):
        return f"it answers with status {getattr(error.response, 'status_code', _OK)}"
    return f"{getattr(error, 'reason', None) or error or type(error).__name__}"


def _retry_after(error: Exception) -> float:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    value = next((v for name, v in headers.items() if name.lower() == "retry-after"), 0)
    first = value[0] if isinstance(value, list) else value
    return float(first) if str(first).isdigit() else 0.0


@contextmanager
def _quiet_sdk() -> Iterator[None]:
    """Keep slack_sdk from logging an error for every attempt."""
    loggers = [logging.getLogger(name) for name in _SDK_LOGGERS]
    for logger in loggers:
        logger.addFilter(_nothing)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    """Let no record pass."""
    return False
