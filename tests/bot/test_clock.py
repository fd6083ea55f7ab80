from datetime import UTC, datetime, timedelta, timezone

from bot.clock import RealClock, SetClock

PROCESS_START = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def test_the_real_clock_is_aware_and_in_utc():
    assert RealClock().now().utcoffset() == timedelta(0)


def test_a_set_clock_stays_where_it_was_set():
    clock = SetClock(PROCESS_START)

    clock.set(datetime(2026, 11, 20, 5, 0, tzinfo=timezone(timedelta(hours=1))))

    assert clock.now() == PROCESS_START + timedelta(hours=1)


def test_a_set_clock_never_goes_backwards():
    clock = SetClock(PROCESS_START)

    clock.set(PROCESS_START - timedelta(seconds=1))

    assert clock.now() == PROCESS_START
