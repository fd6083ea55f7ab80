"""A time of day has its date beside it where that is not the reader's today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.rendering import mrkdwn
from bot.rendering.reader_clock import ReaderClock, present

SLACK, DOCUMENT = ReaderClock(is_slack=True), ReaderClock(is_slack=False)
NOON = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Read:
    """What a template's context says of its reader."""

    at: datetime
    zone: str | None = None


@pytest.mark.parametrize(("hours", "is_today"), [(-12, True), (11.9, True), (-12.1, False), (12, False)])
def test_a_time_of_another_day_has_its_date(hours, is_today):
    at = NOON + timedelta(hours=hours)
    with present([Read(NOON)]):
        assert SLACK.clock(at) == (mrkdwn.slack_clock(at) if is_today else mrkdwn.slack_datetime(at))
        assert DOCUMENT.clock(at) == (mrkdwn.utc_clock(at) if is_today else mrkdwn.utc_datetime(at))
        assert SLACK.both(at).endswith(f"({DOCUMENT.clock(at)})")


def test_today_is_that_of_the_readers_zone():
    at = NOON + timedelta(hours=4)  # In Tokyo it is 21:00, and this is 01:00 tomorrow.
    with present(["no context", Read(NOON, "Asia/Tokyo")]):
        assert SLACK.both(at) == f"{mrkdwn.slack_datetime(at)} (16:00 UTC)"
    with present([Read(NOON, "Europe/London")]):
        assert SLACK.clock(at) == mrkdwn.slack_clock(at)
    with present([Read(NOON, "Mars/Olympus")]):
        assert SLACK.clock(at) == mrkdwn.slack_clock(at)


@pytest.mark.parametrize(
    ("zone", "month", "is_once"),
    [
        ("UTC", 6, True),
        ("Europe/London", 1, True),
        ("Europe/London", 6, False),
        ("Mars/Olympus", 6, False),
        (None, 6, False),
    ],
)
def test_a_reader_whose_clock_shows_utc_reads_a_time_once(zone, month, is_once):
    at = NOON.replace(month=month)
    with present([Read(at, zone)]):
        assert SLACK.both(at) == ("12:00 UTC" if is_once else f"{mrkdwn.slack_clock(at)} (12:00 UTC)")


def test_without_a_present_every_time_has_its_date():
    with present([Read(NOON)]):
        pass

    assert SLACK.clock(NOON) == mrkdwn.slack_datetime(NOON)
    assert (DOCUMENT.clock(NOON), SLACK.clock(None)) == ("2026-06-09 12:00 UTC", "not known")
