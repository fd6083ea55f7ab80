"""Times as a reader reads them: a time of day, with its date where that is not the reader's today.

In Slack each reader sees their own zone. The day is that of the reader's zone where the zone is known, else UTC's; where it
is not today's, Slack is asked for the date and writes "yesterday" or "tomorrow" where that fits. In documents times are UTC.
Without a present (see `present`) every time has its date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.rendering import mrkdwn


@dataclass(frozen=True)
class Present:
    """The time at which a text is rendered (UTC), and the zone of its reader, which may not be known."""

    at: datetime
    zone: tzinfo
    is_zone_known: bool

    def reads_utc(self, at: datetime) -> bool:
        """True if the reader's clock shows UTC at a time."""
        return self.is_zone_known and not at.astimezone(self.zone).utcoffset()

    def is_today(self, at: datetime, zone: tzinfo | None = None) -> bool:
        """True if a time lies on the present day in the reader's zone, or in another zone."""
        here = zone or self.zone
        return at.astimezone(here).date() == self.at.astimezone(here).date()


_PRESENT: Final[ContextVar[Present | None]] = ContextVar("present", default=None)


@contextmanager
def present(contexts: Sequence[object]) -> Iterator[None]:
    """Render at the time of the first context that has one (`now`, else `at`), for a reader in its `zone` if it has one."""
    found = next((one for context in contexts if (one := _present_of(context)) is not None), None)
    token = _PRESENT.set(found)
    try:
        yield
    finally:
        _PRESENT.reset(token)


def _present_of(context: object) -> Present | None:
    kind: type = type(context)
    if not _may_have_present(kind):
        return None
    at, zone = getattr(context, "now", None) or getattr(context, "at", None), getattr(context, "zone", None)
    return Present(at, _zone(zone) or UTC, _zone(zone) is not None) if isinstance(at, datetime) else None


@cache
def _may_have_present(kind: type) -> bool:
    """False for a class of values that have no time; each entry of a record is one, and pydantic looks long for what is missing."""
    fields = kind.model_fields.keys() if issubclass(kind, BaseModel) else {"at"}
    return any(name in fields or hasattr(kind, name) for name in ("now", "at"))


def _zone(name: str | None) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError):
        return None  # Slack may know a zone that this machine does not.


@dataclass(frozen=True)
class ReaderClock:
    """Writes times for Slack, or for documents."""

    is_slack: bool

    def when(self, at: datetime | None) -> str:
        """Return a date and a time of day."""
        if at is None:
            return "not known"
        return mrkdwn.slack_datetime(at) if self.is_slack else mrkdwn.utc_datetime(at)

    def clock(self, at: datetime | None) -> str:
        """Return a time of day, with its date if that is not today."""
        if at is None:
            return "not known"
        now = _PRESENT.get()
        if not self.is_slack:
            return _utc(at)
        return mrkdwn.slack_clock(at) if now is not None and now.is_today(at) else mrkdwn.slack_datetime(at)

    def both(self, at: datetime) -> str:
        """Return a time of day in the reader's zone and in UTC, with its date if that is not today; once if they are the same."""
        now = _PRESENT.get()
        is_same = not self.is_slack or (now is not None and now.reads_utc(at))
        return _utc(at) if is_same else f"{self.clock(at)} ({_utc(at)})"


def _utc(at: datetime) -> str:
    now = _PRESENT.get()
    return mrkdwn.utc_clock(at) if now is not None and now.is_today(at, UTC) else mrkdwn.utc_datetime(at)
