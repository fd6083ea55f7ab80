"""When what may not have arrived is sent again, by whatever channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

# Four times in all.
RETRY_SECONDS: Final = (5, 15, 45)


def retry_pause(attempt: int) -> timedelta | None:
    """Return how long after an attempt the next one comes; None after the last."""
    return timedelta(seconds=RETRY_SECONDS[attempt - 1]) if attempt <= len(RETRY_SECONDS) else None
