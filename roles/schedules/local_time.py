"""Local wall time and UTC: hand-overs are computed on the clock of a zone and stored as moments in UTC.

A time that the clock skips is the moment at which it skips; of a time that comes twice, the first counts. So a later time on
the clock is never an earlier moment.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_SECOND: Final = timedelta(seconds=1)


@lru_cache(maxsize=8192)
def moment_of(local: datetime, zone: str) -> datetime:
    """Return the moment (UTC) of a time on the clock of a zone."""
    there = ZoneInfo(zone)
    moment = local.replace(tzinfo=there).astimezone(UTC)
    return moment if local_time(moment, zone) == local else _skip(local, there)


def local_time(at: datetime, zone: str) -> datetime:
    """Return what the clock of a zone shows at a moment."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def _skip(local: datetime, there: ZoneInfo) -> datetime:
    """Return the moment at which the clock skips a time: the first with the offset that holds after it."""
    after = local.replace(tzinfo=there, fold=1).utcoffset()
    before = local.replace(tzinfo=there, fold=0).utcoffset()
    if before is None or after is None:
        raise ValueError("a zone without an offset")
    early, late = (local - after).replace(microsecond=0), (local - before).replace(microsecond=0) + _SECOND
    while late - early > _SECOND:
        middle = early + timedelta(seconds=(late - early) // _SECOND // 2)
        if middle.replace(tzinfo=UTC).astimezone(there).utcoffset() == after:
            late = middle
        else:
            early = middle
    return late.replace(tzinfo=UTC)
