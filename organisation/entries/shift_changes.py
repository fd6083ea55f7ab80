"""Facts about who is on call: shifts that are covered, taken or swapped, and what takes such a change back.

The schedules themselves are the policy's. Each fact says all that readers need, so that no fold asks the policy.
"""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import MaybePersonalText, Utc
from roles.person_ids import PersonId


class ShiftCovered(Fact):
    """From `start` to `end` one person is on call by a schedule in place of another; of no one, in a gap."""

    kind: ClassVar[str] = "shift_covered"

    schedule: str
    start: Utc
    end: Utc
    add: PersonId
    remove: PersonId | None = None
    reason: MaybePersonalText = None


class ShiftTaken(Fact):
    """A person took the shift of another, or a gap, at once and without asking them."""

    kind: ClassVar[str] = "shift_taken"

    schedule: str
    start: Utc
    end: Utc
    remove: PersonId | None = None
    reason: MaybePersonalText = None


class SwapOffered(Fact):
    """A person offered their shift from `start` to `end` to another, for that one's shift from `their_start` to `their_end`."""

    kind: ClassVar[str] = "swap_offered"

    schedule: str
    to: PersonId
    start: Utc
    end: Utc
    their_start: Utc
    their_end: Utc
    reason: MaybePersonalText = None


class SwapAccepted(Fact):
    """The swap of entry `offer` was accepted: each is on call in the shift of the other."""

    kind: ClassVar[str] = "swap_accepted"

    offer: int
    schedule: str
    from_who: PersonId
    start: Utc
    end: Utc
    their_start: Utc
    their_end: Utc


class SwapDeclined(Fact):
    """The swap of entry `offer`, by `from_who`, was declined."""

    kind: ClassVar[str] = "swap_declined"

    offer: int
    schedule: str
    from_who: PersonId


class SwapWithdrawn(Fact):
    """The swap of entry `offer` was withdrawn by who offered it to `to`."""

    kind: ClassVar[str] = "swap_withdrawn"

    offer: int
    schedule: str
    to: PersonId


class SwapLapsed(Fact):
    """The first shift of the swap of entry `offer` started, and no answer had come."""

    kind: ClassVar[str] = "swap_lapsed"

    offer: int
    schedule: str
    from_who: PersonId
    to: PersonId


class ShiftChangeUndone(Fact):
    """The cover, take or swap of entry `change` was taken back; what was over by then stays as it was."""

    kind: ClassVar[str] = "shift_change_undone"

    change: int
    schedule: str
    people: tuple[PersonId, ...]
    reason: MaybePersonalText = None
