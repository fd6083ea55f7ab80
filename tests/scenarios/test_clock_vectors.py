"""Every hand-computed deadline comes out, and a wrong one is named."""

from __future__ import annotations

from typing import Any

import pytest

from bot.plain_yaml import load_yaml
from bot.simulation.replay.clock_vectors import computed, differing_vectors
from tests.support.memory_replay import SCENARIOS

VECTORS: dict[str, Any] = load_yaml((SCENARIOS / "clock-vectors.yaml").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda one: one["id"])
def test_a_vector_comes_out(vector):
    assert differing_vectors({"vectors": [vector]}) == []


def test_a_vector_that_is_wrong_is_named():
    [first, *_] = VECTORS["vectors"]

    assert differing_vectors({"vectors": [{**first, "due": "2026-10-19T15:00:01Z"}]})[0].startswith("v01: came out")


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-07-02", "2026-07-09"),  # the third is closed, since the fourth is a Saturday
        ("2026-11-25", "2026-12-02"),  # Thanksgiving and a weekend between
        ("2027-12-30", "2028-01-06"),  # New Year's Day is a Saturday, so the last day of the year is closed
        ("2026-06-19", "2026-06-25"),  # a holiday counts as the next open day, a Monday
    ],
)
def test_four_business_days_in_new_york_skip_federal_holidays_as_observed(day, due):
    vector = {"regime": "sec_8k", "stage": "item_1_05", "rule": "", "trigger_date": day}

    assert str(computed(vector)) == due


@pytest.mark.parametrize(
    ("trigger", "due"),
    [("2026-01-06T15:00:00Z", "2026-01-12 22:30"), ("2026-03-06T23:00:00Z", "2026-03-12 21:30")],
)
def test_the_filing_is_due_at_half_past_five_in_new_york_summer_and_winter(trigger, due):
    vector = {"regime": "sec_8k", "stage": "item_1_05", "rule": "", "trigger": trigger}

    assert f"{computed(vector):%Y-%m-%d %H:%M}" == due


@pytest.mark.parametrize(
    ("rule", "vector", "due"),
    [
        ("days 60", {"trigger_date": "2026-01-31"}, "2026-04-01"),
        ("days 15", {"trigger": "2026-01-31T10:00:00Z"}, "2026-02-15 10:00:00+00:00"),
        ("month 1 after notification", {"trigger": "2028-01-31T10:00:00Z"}, "2028-02-29 10:00:00+00:00"),
        ("disabled", {"trigger": "2026-01-31T10:00:00Z"}, "None"),
    ],
)
def test_a_regime_that_no_rule_names_is_counted_by_the_rule_of_its_vector(rule, vector, due):
    assert str(computed({"regime": "other", "stage": "report", "rule": rule, **vector})) == due
