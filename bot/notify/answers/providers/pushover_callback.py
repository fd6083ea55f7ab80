"""What Pushover posts to the address of a page when a person acknowledges it. Pure.

It is not signed: only the page's own address, which Pushover alone was given, says that it is Pushover.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple


class PushoverAcknowledgement(NamedTuple):
    """An acknowledgement: the receipt, and when."""

    receipt: str
    at: datetime | None


def pushover_acknowledgement(form: Mapping[str, str]) -> PushoverAcknowledgement | None:
    """Return the acknowledgement in a form; None for anything else."""
    if form.get("acknowledged") != "1":
        return None
    return PushoverAcknowledgement(form.get("receipt", ""), _time(form.get("acknowledged_at", "")))


def _time(seconds: str) -> datetime | None:
    is_time = seconds.isascii() and seconds.isdigit() and 0 < len(seconds) <= 11
    return datetime.fromtimestamp(int(seconds), UTC) if is_time else None
