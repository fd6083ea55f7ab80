"""What becomes of many measurements: percentiles and medians, rounded for reading. Knows nothing of what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median


def percentile(values: Sequence[float], percent: float) -> float:
    """Give the smallest value that so many percent of the values do not exceed (the nearest rank)."""
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)], 1)


def spread(values: Sequence[float]) -> dict[str, float]:
    """Give the median and the slowest hundredth."""
    return {"p50": percentile(values, 50), "p99": percentile(values, 99)}


def middle(values: Sequence[float]) -> float:
    """Give the median."""
    return round(median(values), 1)
