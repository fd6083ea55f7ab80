"""How a role passes from one person to another: offered with a note, and accepted (S1-57)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from roles.person_ids import PersonId

MIN_NOTE: Final = 20


def giver(holders: Sequence[PersonId]) -> PersonId | None:
    """Return from whom the role passes, also when another person offers it: its first holder."""
    return holders[0] if holders else None


def is_note_enough(note: str) -> bool:
    """True if a handover note has the `MIN_NOTE` characters that it needs."""
    return len(note.strip()) >= MIN_NOTE
