"""The last good copy of the feed of an on-call schedule: who has which shift, and how old the copy is. Values only."""

from __future__ import annotations

from incident.frozen import Frozen, Utc
from roles.person_ids import PersonId


class FeedShift(Frozen):
    """A period (UTC) in which a person is on call by a feed; a higher `layer` goes before a lower."""

    start: Utc
    end: Utc
    person: PersonId
    layer: int = 1


class FeedCopy(Frozen):
    """The copy of one schedule's feed, fetched at `fetched_at`; None before the first.

    `checked_at` is the last attempt. `failing_since` and `problem`, a word such as `not_calendar`, say that the feed gave
    nothing usable since then; the copy stays as it was.
    """

    schedule: str
    checked_at: Utc
    fetched_at: Utc | None = None
    failing_since: Utc | None = None
    problem: str = ""
    shifts: tuple[FeedShift, ...] = ()
