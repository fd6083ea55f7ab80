"""What is to happen in a soak, drawn from its seed alone: the same seed gives the same steps. Does none of them.

A step names a kind and carries numbers between 0 and 1; who, where and which is picked by them from what there is when
the step is taken, so that only the timing of two soaks of one seed can differ.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

T = TypeVar("T")
STEPS_PER_SECOND: Final = 8
_DRAWN: Final = 5
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
    """One thing that happens. `n` is its number, of which its words are made."""

    n: int
    kind: str
    drawn: tuple[float, ...]

    def pick(self, which: int, among: Sequence[T]) -> T:
        """Pick one of several by the step's own number."""
        return among[int(self.drawn[which] * len(among))]

    def between(self, which: int, low: float, high: float) -> float:
        """Give a number in a range by the step's own number."""
        return low + self.drawn[which] * (high - low)


def plan(seed: int, minutes: float) -> tuple[PlannedStep, ...]:
    """Draw every step of a soak; it begins with declarations, so that there is something to act on."""
    drawing = random.Random(seed)  # noqa: S311 - repeatable on purpose; it guards nothing
    names, weights = list(_WEIGHTS), list(_WEIGHTS.values())
    count = max(1, int(minutes * 60 * STEPS_PER_SECOND))
    kinds = ["declare", "declare", *drawing.choices(names, weights, k=count)][:count]
    return tuple(PlannedStep(n, kind, tuple(drawing.random() for _ in range(_DRAWN))) for n, kind in enumerate(kinds))
