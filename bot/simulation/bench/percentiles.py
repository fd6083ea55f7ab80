"""Percentiles and medians of measurements, rounded for reading."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that `percent` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)], 1)


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the median and the 99th percentile."""
    return {"p50": percentile(values, 50), "p99": percentile(values, 99)}


def rounded_median(values: Sequence[float]) -> float:
    """Return the median."""
    return round(median(values), 1)
