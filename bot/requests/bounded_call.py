"""A call to the record for which a program waits: it fails in time, so that the caller tries again. Knows no channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from storage.database.time_limit import time_limit
from storage.errors import Unavailable

T = TypeVar("T")

ANSWER_SECONDS: Final = 5.0


class RecordAbsent(Exception):  # noqa: N818 - named for what was wrong
    """The database did not answer. Whether a change took effect is unknown; its key makes a repetition safe."""


def bounded(work: Callable[[], T], seconds: float = ANSWER_SECONDS) -> T:
    """Do the work within so many seconds, or raise RecordAbsent."""
    try:
        with time_limit(seconds):
            return work()
    except Unavailable as absent:
        raise RecordAbsent(absent.why) from absent
