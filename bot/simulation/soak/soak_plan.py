"""The plan of a soak, drawn from its seed alone: the same seed gives the same steps. Performs none of them.

A step has a kind and numbers between 0 and 1. They select people, channels and messages from those that exist when the
step is performed, so that only timing differs between two soaks of one seed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

T = TypeVar("T")
STEPS_PER_SECOND: Final = 8
_DRAWS: Final = 5
_WEIGHTS: Final = {
    "say": 40,
    "reply": 6,
    "edit": 10,
    "delete": 4,
    "mark": 5,
    "unmark": 1,
    "share": 2,
    "join": 3,
    "leave": 1,
    "line": 8,
    "ask": 2,
    "form": 2,
    "declare": 1,
    "press": 4,
    "fault": 3,
    "kill": 0.5,
}


@dataclass(frozen=True)
class PlannedStep:
    """One step. `n` is its number, from which its texts are made."""

    n: int
    kind: str
    draws: tuple[float, ...]

    def pick(self, index: int, choices: Sequence[T]) -> T:
        """Select one of the choices by the step's own draw."""
        return choices[int(self.draws[index] * len(choices))]

    def between(self, index: int, low: float, high: float) -> float:
        """Return a number in a range by the step's own draw."""
        return low + self.draws[index] * (high - low)


def plan(seed: int, minutes: float) -> tuple[PlannedStep, ...]:
    """Return every step of a soak. The first two declare incidents."""
    generator = random.Random(seed)  # noqa: S311 - repeatable on purpose; it guards nothing
    names, weights = list(_WEIGHTS), list(_WEIGHTS.values())
    count = max(1, int(minutes * 60 * STEPS_PER_SECOND))
    kinds = ["declare", "declare", *generator.choices(names, weights, k=count)][:count]
    return tuple(PlannedStep(n, kind, tuple(generator.random() for _ in range(_DRAWS))) for n, kind in enumerate(kinds))
