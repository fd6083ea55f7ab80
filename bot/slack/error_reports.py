"""Unexpected errors in Slack listeners: logged with a traceback under an id that the person can quote."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import NoReturn, TypeVar

from storage.errors import Unavailable

T = TypeVar("T")

_log = logging.getLogger(__name__)


class NotRecorded(Exception):  # noqa: N818 - it tells Bolt to leave the envelope unacknowledged, and is logged already
    """Nothing was committed, so nothing may be acknowledged: Slack sends the envelope again where it can."""


def report_unexpected(work: Callable[[], T], otherwise: Callable[[str], T]) -> T:
    """Do the work; when it fails unexpectedly, log the error and call `otherwise` with its id.

    `Unavailable` is re-raised; the caller handles it.
    """
    try:
        return work()
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - a person waits for a reply, and no error may pass unseen
        return otherwise(log_with_id(error))


def log_with_id(error: Exception) -> str:
    """Log an unexpected error under a new id, and return the id."""
    error_id = f"T-{secrets.token_hex(3)}"
    _log.error("error %s in a Slack listener", error_id, exc_info=error, extra={"error_id": error_id})
    return error_id


def not_recorded(error_id: str) -> NoReturn:
    """Raise NotRecorded for an error that is logged already."""
    raise NotRecorded(error_id)
