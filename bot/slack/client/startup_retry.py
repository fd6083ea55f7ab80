"""Waits out, while Muster begins, a trouble of Slack's that passes by itself, so that a start in a bad moment is a start.

What does not pass (a token that is not known, an address at which nobody is) is told at once to whoever started it.
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


def retry_transient(ask: Callable[[], T], pauses: Sequence[float] = PAUSES) -> T:
    """Ask Slack for something, and again after each pause while its trouble is one that passes."""
    for pause in pauses:
        try:
            return ask()
        except (SlackApiError, HTTPException, OSError) as trouble:
            if not _passes(trouble):
                raise
            _log.warning("Slack is in trouble (%s) and is asked again in %.0f s", _named(trouble), pause)
        time.sleep(pause)
    return ask()


def _passes(trouble: Exception) -> bool:
    if isinstance(trouble, SlackApiError):
        status = getattr(trouble.response, "status_code", 200)
        return status == 429 or status >= 500
    return not isinstance(trouble, URLError)


def _named(trouble: Exception) -> str:
    return str(getattr(getattr(trouble, "response", None), "status_code", type(trouble).__name__))
