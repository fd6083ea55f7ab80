"""When what may not have arrived is sent again, by whatever channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.worker.port import JobRun, RateLimited, Result

# Four times in all.
RETRY_SECONDS: Final = (5, 15, 45)
# A shorter wait that a provider asks for is kept without an entry, and so are several in a row, for so long.
SHORT_WAIT: Final = timedelta(seconds=5)
SHORT_WAITS: Final = timedelta(seconds=20)


def is_short_wait(run: JobRun, result: Result) -> bool:
    """True if a provider asks for moments only, and the attempt has not waited so again and again."""
    waited = run.at - (run.job.run_at or run.at)
    return isinstance(result, RateLimited) and result.after - run.at <= SHORT_WAIT and waited <= SHORT_WAITS


def retry_pause(attempt: int) -> timedelta | None:
    """Return how long after an attempt the next one comes; None after the last."""
    return timedelta(seconds=RETRY_SECONDS[attempt - 1]) if attempt <= len(RETRY_SECONDS) else None
