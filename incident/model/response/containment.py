"""What stopped the spread of an incident, by whom, and whether it is still in place. Values only."""

from __future__ import annotations

from typing import Literal

from incident.frozen import Frozen, MaybePersonalText, PersonalText, Utc
from roles.person_ids import PersonId


class Containment(Frozen):
    """A step that stopped the spread, which entry `n` recorded; `outside_group` if who did it was no responder.

    `undo` says how it is undone, `reversible` whether it can be. `review_at` is when it is looked at next, `undone_by` the
    entry that undid it.
    """

    at: Utc
    term: Literal["short", "long"]
    text: PersonalText
    by: PersonId
    effective_at: Utc | None = None
    outside_group: bool = False
    n: int = 0
    id: str = ""
    target: MaybePersonalText = None
    approved_by: PersonId | None = None
    undo: MaybePersonalText = None
    reversible: bool | None = None
    review_at: Utc | None = None
    reviewed_at: Utc | None = None
    undone_at: Utc | None = None
    undone_by: int | None = None

    @property
    def is_in_place(self) -> bool:
        """True until it is undone."""
        return self.undone_at is None
