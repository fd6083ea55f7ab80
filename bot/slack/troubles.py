"""The one place at the Slack edge where an error nobody foresaw becomes words: an id to quote, and a traceback in the log."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)


class NotRecorded(Exception):  # noqa: N818 - it tells Bolt to leave the envelope unacknowledged, and is logged already
    """Nothing was committed, so nothing may be acknowledged: Slack sends again what it can send again."""


def guarded(work: Callable[[], T], otherwise: Callable[[str], T]) -> T:
    """Do the work; when it fails in a way nobody foresaw, log that under an id and do `otherwise` with the id."""
    try:
        return work()
    except Exception:
        trouble = f"T-{secrets.token_hex(3)}"
        log.exception("trouble %s at the Slack edge", trouble)
        return otherwise(trouble)
