"""Says whether a word is a fixed word written slightly wrong: another ending, or one or two letters off.

Compares words only; what follows from a near miss is for the callers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_SHORTEST: Final = 4
_TWO_SLIPS_FROM: Final = 7
_LONGEST: Final = 24
_ENDINGS: Final = frozenset({"", "s", "d", "e", "es", "ed", "er", "ing", "n", "al"})


def nearest(word: str, fixed: Iterable[str]) -> str | None:
    """Return the fixed word that a word misses by little; None if it is a fixed word itself or like none."""
    lower = word.lower()
    known = sorted(set(fixed))
    if lower in known or not _SHORTEST - 1 <= len(lower) <= _LONGEST:
        return None
    with_other_ending = [one for one in known if _has_other_ending(lower, one)]
    misspelt = [one for one in known if _is_misspelt(lower, one)]
    return min(with_other_ending or misspelt, key=lambda one: distance(lower, one), default=None)


def _has_other_ending(word: str, fixed: str) -> bool:
    """True for `remove` and `removed`, `lifted` and `lift`, `categories` and `category`."""
    for stem in (
        fixed,
        fixed.removesuffix("ed"),
        fixed.removesuffix("d"),
        fixed.removesuffix("e"),
        fixed.removesuffix("y"),
    ):
        if len(stem) >= _SHORTEST and word.startswith(stem) and word[len(stem) :] in (*_ENDINGS, "ies"):
            return True
    return False


def _is_misspelt(word: str, fixed: str) -> bool:
    slips = 2 if len(fixed) >= _TWO_SLIPS_FROM else 1
    return len(fixed) >= _SHORTEST and abs(len(word) - len(fixed)) <= slips and distance(word, fixed) <= slips


def distance(left: str, right: str) -> int:
    """Return how many letters are added, left out, changed or swapped with their neighbour between two words."""
    before: list[int] = []
    last = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        present = [row]
        for column, other in enumerate(right, 1):
            cost = min(last[column] + 1, present[column - 1] + 1, last[column - 1] + (letter != other))
            swapped = row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other
            present.append(min(cost, before[column - 2] + 1) if swapped else cost)
        before, last = last, present
    return last[-1]
