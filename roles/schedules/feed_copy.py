"""The last good copy of the feed of an on-call schedule: who has which shift, and how old the copy is. Values only."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict

from roles.person_ids import PersonId


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class FeedShift(_Value):
    """A period (UTC) in which a person is on call by a feed; a higher `layer` goes before a lower."""

    start: AwareDatetime
    end: AwareDatetime
    person: PersonId
    layer: int = 1


class FeedCopy(_Value):
    """The copy of one schedule's feed, fetched at `fetched_at` (UTC); None before the first.

    `checked_at` is the last attempt. `failing_since` and `problem`, a word such as `not_readable`, say that the feed gave
    nothing usable since then; the copy stays as it was. `unmatched` turns name no one that Muster knows.
    """

    schedule: str
    checked_at: AwareDatetime
    fetched_at: AwareDatetime | None = None
    failing_since: AwareDatetime | None = None
    problem: str = ""
    unmatched: int = 0
    shifts: tuple[FeedShift, ...] = ()
