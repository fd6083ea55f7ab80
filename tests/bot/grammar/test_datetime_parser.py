"""Times and lengths of time as people type them, also on the nights on which clocks change."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.grammar import datetime_parser
from bot.grammar.datetime_parser import parse_datetime, parse_minutes, read_time

LONDON = "Europe/London"
KOLKATA = "Asia/Kolkata"
NOW = datetime(2026, 6, 9, 12, 10, tzinfo=UTC)
ROWS = [line.split("|") for line in (datetime_parser.__doc__ or "").splitlines() if line.startswith("| ")][1:]
EXAMPLES = [(row[1].strip(), example) for row in ROWS for example in re.findall(r"`([^`]+)`", row[2])]


@pytest.mark.parametrize(("form", "text"), EXAMPLES)
def test_every_example_of_the_module_is_a_time(form: str, text: str) -> None:
    assert len(EXAMPLES) > 15
    readings = [parse_datetime(text, at=NOW, zone=LONDON, past=past) for past in (False, True)]
    assert any(readings)
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
        ("friday", False, "2026-06-12T16:00Z"),
        ("friday 14:30", True, "2026-06-05T13:30Z"),
        ("20 Dec 2025 10:00", True, "2025-12-20T10:00Z"),
        ("8 Feb 10:00", True, "2026-02-08T10:00Z"),
        ("in 3 days", False, "2026-06-12T12:10Z"),
        ("20m ago", True, "2026-06-09T11:50Z"),
        ("half an hour ago", True, "2026-06-09T11:40Z"),
        ("an hour and a half", False, "2026-06-09T13:40Z"),
        ("1.5 hours", True, "2026-06-09T10:40Z"),
    ],
)
def test_a_day_needs_a_time_and_a_duration_a_direction(text: str, past: bool, meant: str) -> None:
    assert parse_datetime(text, at=NOW, zone=LONDON, past=past) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("text", "past", "doubt"),
    [
        ("17:42", True, "other_day"),
        ("13:00", False, "other_day"),
        ("yesterday", True, "no_clock"),
        ("friday", True, "no_clock"),
        ("tuesday 09:00", False, "other_day"),
        ("8 Feb", False, "date_year"),
        ("20m ago", False, "time_behind"),
        ("in 20 minutes", True, "time_ahead"),
        ("16:30 CST", False, "zone"),
        ("16:30 IST", False, "zone"),
        ("12:30 BST", True, "zone"),
        ("16:30 CET", False, "zone_season"),
        ("16:30 +2", False, "zone"),
        ("16:30 Berlin time", False, "zone"),
        ("16:30 local time", False, "zone"),
        ("03/04/2026 10:00", True, "date_order"),
        ("Monday 9 June 2026 10:00", True, "weekday_differs"),
        ("10:20 - 10:40", True, "range"),
        ("10:20-10:40", True, "range"),
        ("10:20 or 10:40", True, "range"),
        ("last night", True, "vague"),
        ("end of next week", False, "vague"),
        ("the end of the month", False, "vague"),
        ("around 10:20", True, "vague"),
        ("~10:20", True, "vague"),
        ("a few minutes ago", True, "vague"),
        ("midnight", False, "midnight"),
        ("21h30", False, "time_or_duration"),
        ("1780920000", True, "epoch"),
        ("2026-06-31T10:00", True, "no_such_time"),
    ],
)
def test_what_may_be_meant_otherwise_is_doubtful(text: str, past: bool, doubt: str) -> None:
    found = read_time(text.split(), at=NOW, zone=LONDON, past=past)

    assert found is not None
    assert (found.doubt, found.is_sure) == (doubt, False)
    assert parse_datetime(text, at=NOW, zone=LONDON, past=past) is None


@pytest.mark.parametrize(
    ("text", "at", "past", "doubt"),
    [
        ("01:55", "2026-10-25T00:50Z", False, "time_twice"),
        ("01:05", "2026-10-25T01:10Z", True, "time_twice"),
        ("01:30", "2026-03-29T00:10Z", False, "skipped_time"),
        ("29 March 2026 01:30", "2026-06-09T12:10Z", True, "skipped_time"),
        ("25 Oct 2025 01:30", "2026-06-09T12:10Z", True, ""),
        ("26 Oct 2025 01:30", "2026-06-09T12:10Z", True, "time_twice"),
        ("26 Oct 2025 01:30 UTC", "2026-06-09T12:10Z", True, ""),
        ("23:57", "2026-06-09T23:04Z", True, ""),
        ("00:20", "2026-06-09T22:50Z", False, ""),
    ],
)
def test_a_time_that_clocks_skip_or_show_twice_is_doubtful_and_one_across_midnight_is_not(
    text: str, at: str, past: bool, doubt: str
) -> None:
    found = read_time(text.split(), at=datetime.fromisoformat(at), zone=LONDON, past=past)

    assert found is not None
    assert found.doubt == doubt


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
    found = read_time(text.split(), at=datetime.fromisoformat(at), zone=zone, past=past)

    assert found is not None
    assert found.at == datetime.fromisoformat(meant)
