"""Percentiles by the nearest rank."""

from __future__ import annotations

from bot.simulation.bench.percentiles import percentile, rounded_median, spread


def test_the_slowest_hundredth_of_a_hundred_is_the_second_slowest() -> None:
    assert percentile([float(n) for n in range(1, 101)], 99) == 99.0


def test_of_fifty_the_slowest_hundredth_is_the_slowest() -> None:
    assert spread([float(n) for n in range(50, 0, -1)]) == {"p50": 25.0, "p99": 50.0}


def test_a_single_value_is_every_percentile_of_itself() -> None:
    assert percentile([7.25], 1) == percentile([7.25], 99) == 7.2


def test_the_median_of_two_values_is_between_them() -> None:
    assert rounded_median([1.0, 2.0]) == 1.5
