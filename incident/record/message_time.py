"""When a message was posted, read from its ts: seconds since 1970 in UTC with six decimals, as Slack writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal


def message_time(ts: str) -> datetime:
    """Return when a message was posted, in UTC to the microsecond. Raises ValueError when it is no ts."""
    try:
        seconds = Decimal(ts)
        whole = int(seconds)
        return datetime.fromtimestamp(whole, UTC).replace(microsecond=int((seconds - whole) * 1_000_000))
    except (ArithmeticError, ValueError, OSError) as no:
        raise ValueError(f"{ts!r} is no timestamp of a message") from no


def posted_at(ts: str) -> datetime | None:
    """Return when a message was posted, or None when it is no ts: people type these."""
    try:
        return message_time(ts)
    except ValueError:
        return None
