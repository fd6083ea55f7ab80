"""The time of a message is its ts, to the microsecond; anything else is no ts."""

from datetime import UTC, datetime

import pytest

from incident.record.message_time import message_time, posted_at


@pytest.mark.parametrize(
    ("ts", "at"),
    [
        ("1795291200.000100", datetime(2026, 11, 21, 20, 0, 0, 100, UTC)),
        ("1795291200.5", datetime(2026, 11, 21, 20, 0, 0, 500_000, UTC)),
        ("1795291200", datetime(2026, 11, 21, 20, 0, tzinfo=UTC)),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_ts_is_read_to_the_microsecond(ts: str, at: datetime) -> None:
    assert message_time(ts) == posted_at(ts) == at


@pytest.mark.parametrize("text", ["", "yesterday", "C1:17.0", "nan", "inf", "1e30"])
def test_what_is_no_ts_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="is no timestamp of a message"):
        message_time(text)
    assert posted_at(text) is None
