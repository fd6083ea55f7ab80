"""Whom to call next. Knows an order of people, not how they are called."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from roles.person_ids import PersonId


def levels_left(rungs: Sequence[PersonId], tried: Collection[PersonId]) -> tuple[PersonId, ...]:
    """Give who can still be called, in order and each once; nobody is called twice for one thing."""
    return tuple(dict.fromkeys(rung for rung in rungs if rung not in tried))
