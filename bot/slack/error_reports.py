"""The one place at the Slack edge where an error nobody foresaw becomes words: an id to quote, and a traceback in the log."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import TypeVar

from storage.errors import Unavailable

T = TypeVar("T")

log = logging.getLogger(__name__)


class NotRecorded(Exception):  # noqa: N818 - it tells Bolt to leave the envelope unacknowledged, and is logged already
    """Nothing was committed, so nothing may be acknowledged: Slack sends again what it can send again."""


def report_unexpected(work: Callable[[], T], otherwise: Callable[[str], T]) -> T:
    """Do the work; when it fails in a way nobody foresaw, log that under an id and do `otherwise` with the id.

    That the database is absent is foreseen, and goes on to who knows what to do then.
    """
    try:
        return work()
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, a person waits for words and nothing may be lost unseen
        return otherwise(log_with_id(error))


def log_with_id(error: Exception) -> str:
    """Log an error that nobody foresaw under an id, and give the id."""
    trouble = f"T-{secrets.token_hex(3)}"
    log.error("trouble %s at the Slack edge", trouble, exc_info=error)
    return trouble
