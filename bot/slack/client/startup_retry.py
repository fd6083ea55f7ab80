"""Retries the calls of a start while Slack has a transient failure, so that a bad moment does not prevent the start.

Permanent errors (an unknown token, an address where no server listens) are raised at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import Final, TypeVar
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

T = TypeVar("T")
PAUSES: Final = (1.0, 2.0, 4.0, 8.0)
_log = logging.getLogger(__name__)


def retry_transient(call: Callable[[], T], pauses: Sequence[float] = PAUSES) -> T:
    """Make a call, and again after each pause (seconds) while it fails transiently. Raises the last error."""
    for pause in pauses:
        try:
            return call()
        except (SlackApiError, HTTPException, OSError) as error:
            if not _is_transient(error):
                raise
            _log.warning("Slack is unavailable (%s) and is asked again in %.0f s", _name_of(error), pause)
        time.sleep(pause)
    return call()


def _is_transient(error: Exception) -> bool:
    if isinstance(error, SlackApiError):
        status = getattr(error.response, "status_code", 200)
        return status == 429 or status >= 500
    return not isinstance(error, URLError)


def _name_of(error: Exception) -> str:
    return str(getattr(getattr(error, "response", None), "status_code", type(error).__name__))
