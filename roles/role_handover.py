"""How a role passes from one to another: offered with a note, accepted by the one it was offered to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from roles.person_ids import PersonId

MIN_NOTE: Final = 20


def giver(holders: Sequence[PersonId]) -> PersonId | None:
    """Name from whom an offer comes, whoever makes it: the first of those who hold the role."""
    return holders[0] if holders else None


def is_note_enough(note: str) -> bool:
    """Tell whether a handover note says enough for somebody to take over."""
    return len(note.strip()) >= MIN_NOTE
