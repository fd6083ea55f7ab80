"""Changes of shifts as they are folded: who is on call in place of whom, and swaps that wait for an answer. Values only."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from incident.frozen import Frozen, Utc
from roles.person_ids import PersonId
from roles.schedules.schedule import Override


class ShiftChange(Frozen):
    """A cover, a take or one half of a swap, recorded as entry `n` at `at`: `add` is on call in place of `remove`."""

    n: int
    at: Utc
    by: PersonId
    how: Literal["cover", "take", "swap"]
    schedule: str
    start: Utc
    end: Utc
    add: PersonId
    remove: PersonId | None = None

    @property
    def override(self) -> Override:
        """The change as schedules apply it."""
        return Override(
            schedule=self.schedule,
            start=self.start,
            end=self.end,
            add=self.add,
            remove=self.remove,
            entry=self.n,
            by=self.by,
            how=self.how,
        )

    @property
    def people(self) -> tuple[PersonId, ...]:
        """The people whom it concerns, each once: who made it, who is on call by it and who is not."""
        return tuple(dict.fromkeys(who for who in (self.by, self.add, self.remove) if who is not None))


class SwapOffer(Frozen):
    """A swap that waits for an answer, recorded as entry `n`: the shift of `by` for that of `to`."""

    n: int
    by: PersonId
    to: PersonId
    schedule: str
    start: Utc
    end: Utc
    their_start: Utc
    their_end: Utc

    @property
    def lapses_at(self) -> datetime:
        """When the first of the two shifts starts (UTC)."""
        return min(self.start, self.their_start)
