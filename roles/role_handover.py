"""How a role passes from one person to another: offered with a note, and accepted (S1-57)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from roles.person_ids import PersonId

MIN_NOTE: Final = 20


def giver(holders: Sequence[PersonId], by: PersonId) -> PersonId | None:
    """Return from whom a role that `by` offers passes: from them if they hold it, else from its first holder."""
    return by if by in holders else next(iter(holders), None)


def is_note_enough(note: str) -> bool:
    """True if a handover note has the `MIN_NOTE` characters that it needs."""
    return len(note.strip()) >= MIN_NOTE
