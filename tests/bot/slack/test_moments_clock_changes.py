"""Clock times typed around the nights on which clocks change mean the nearest such time, compared in UTC."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.grammar.datetime_parser import parse_datetime

LONDON = "Europe/London"
KOLKATA = "Asia/Kolkata"


@pytest.mark.parametrize(
    ("said", "at", "zone", "past", "meant"),
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
    said: str, at: str, zone: str, past: bool, meant: str
) -> None:
    read = parse_datetime(said, at=datetime.fromisoformat(at), zone=zone, past=past)

    assert read == datetime.fromisoformat(meant)
