"""Times and lengths of time as people type them, also on the nights on which clocks change."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.grammar import datetime_parser
from bot.grammar.datetime_parser import parse_datetime, parse_minutes

LONDON = "Europe/London"
KOLKATA = "Asia/Kolkata"
NOW = datetime(2026, 6, 9, 12, 10, tzinfo=UTC)
ROWS = [line.split("|") for line in (datetime_parser.__doc__ or "").splitlines() if line.startswith("| ")][1:]
EXAMPLES = [(row[1].strip(), example) for row in ROWS for example in re.findall(r"`([^`]+)`", row[2])]


@pytest.mark.parametrize(("form", "text"), EXAMPLES)
def test_every_example_of_the_module_is_a_time(form: str, text: str) -> None:
    assert len(EXAMPLES) > 15
    assert parse_datetime(text, at=NOW, zone=LONDON) is not None
    assert (parse_minutes(text) is not None) == (form == "length of time")


@pytest.mark.parametrize(
    "text", ["", "whenever", "25:00", "16:60", "13pm", "31 feb 2026", "tomorrow soon", "45", "x45m"]
)
def test_a_text_that_is_no_time_is_parsed_as_none(text: str) -> None:
    assert parse_datetime(text, at=NOW, zone=LONDON) is None


@pytest.mark.parametrize(
    ("text", "past", "meant"),
    [
        ("today", False, "2026-06-09T16:00Z"),
        ("today", True, "2026-06-08T23:00Z"),
        ("tuesday 09:00", False, "2026-06-09T08:00Z"),
        ("friday", False, "2026-06-12T16:00Z"),
        ("friday", True, "2026-06-04T23:00Z"),
        ("8 Feb", False, "2026-02-08T17:00Z"),
        ("20 Dec 2025 10:00", True, "2025-12-20T10:00Z"),
        ("in 3 days", False, "2026-06-12T12:10Z"),
        ("20m ago", False, "2026-06-09T11:50Z"),
    ],
)
def test_a_day_needs_a_time_and_a_duration_a_direction(text: str, past: bool, meant: str) -> None:
    assert parse_datetime(text, at=NOW, zone=LONDON, past=past) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("text", "at", "zone", "past", "meant"),
    [
        ("01:55", "2026-10-25T01:50Z", LONDON, False, "2026-10-25T01:55Z"),
        ("01:55", "2026-10-25T00:50Z", LONDON, False, "2026-10-25T00:55Z"),
        ("01:10", "2026-10-25T00:50Z", LONDON, False, "2026-10-25T01:10Z"),
        ("01:10", "2026-10-25T01:20Z", LONDON, False, "2026-10-26T01:10Z"),
        ("02:30", "2026-10-25T00:50Z", LONDON, False, "2026-10-25T02:30Z"),
        ("01:50", "2026-10-25T01:10Z", LONDON, True, "2026-10-25T00:50Z"),
        ("01:05", "2026-10-25T01:10Z", LONDON, True, "2026-10-25T01:05Z"),
        ("01:50", "2026-10-25T00:40Z", LONDON, True, "2026-10-24T00:50Z"),
        ("today 01:55", "2026-10-25T01:50Z", LONDON, False, "2026-10-25T01:55Z"),
        ("today 01:50", "2026-10-25T01:10Z", LONDON, True, "2026-10-25T00:50Z"),
        ("yesterday 23:30", "2026-10-25T01:10Z", LONDON, True, "2026-10-24T22:30Z"),
        ("01:30", "2026-03-29T00:10Z", LONDON, False, "2026-03-29T01:30Z"),
        ("01:30", "2026-03-29T01:10Z", LONDON, True, "2026-03-29T00:30Z"),
        ("02:30", "2026-03-29T00:50Z", LONDON, False, "2026-03-29T01:30Z"),
        ("00:50", "2026-03-29T01:10Z", LONDON, True, "2026-03-29T00:50Z"),
        ("09:00", "2026-10-25T03:29Z", KOLKATA, False, "2026-10-25T03:30Z"),
        ("09:00", "2026-10-25T03:30Z", KOLKATA, False, "2026-10-26T03:30Z"),
        ("09:00", "2026-10-25T03:30Z", KOLKATA, True, "2026-10-25T03:30Z"),
        ("09:00", "2026-10-25T03:29Z", KOLKATA, True, "2026-10-24T03:30Z"),
    ],
)
def test_a_clock_time_means_the_nearest_one_on_the_right_side_of_now(
    text: str, at: str, zone: str, past: bool, meant: str
) -> None:
    parsed = parse_datetime(text, at=datetime.fromisoformat(at), zone=zone, past=past)

    assert parsed == datetime.fromisoformat(meant)
