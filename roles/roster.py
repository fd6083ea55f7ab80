"""Who is on call. A roster is people in the order in which they are asked; the first is on call."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from roles.person_ids import PersonId


def on_call(roster: Sequence[PersonId], absent: Collection[PersonId] = ()) -> PersonId | None:
    """Name the first of the roster who is not absent, or None when there is nobody."""
    return next((person for person in roster if person not in absent), None)
