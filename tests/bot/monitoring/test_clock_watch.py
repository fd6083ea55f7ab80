"""A clock that is set, or that disagrees with Slack's, is noticed and reported, and nothing waits for the time it showed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.clock import RealClock
from bot.monitoring.clock_watch import ClockWatch
from bot.scheduler import PeriodicTask, Scheduler
from storage.errors import Unavailable
from tests.support.clock import T0
from tests.support.wait import until

HOURS = timedelta(hours=2)


class Machine:
    """A machine whose clock people set, and whose seconds pass all the same."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.wrong = timedelta()

    def now(self) -> datetime:
        return T0 + timedelta(seconds=self.seconds) + self.wrong

    def steady(self) -> float:
        return self.seconds


class Watched:
    """A clock watch with what it did."""

    def __init__(self, *, newest: datetime | None = None, failures: int = 0) -> None:
        self.machine = Machine()
        self.steps: list[str] = []
        self.recovered: list[tuple[datetime, timedelta]] = []
        self._failures = failures
        self.watch = ClockWatch(self.machine, on_step=self.steps.append, steady=self.machine.steady)
        self.watch.start(newest=lambda: newest, recover=self._recover)
        self.watch.stop()

    def _recover(self, now: datetime, by: timedelta) -> None:
        if self._failures:
            self._failures -= 1
            raise Unavailable("gone")
        self.recovered.append((now, by))

    def after(self, seconds: float, *, step: timedelta = timedelta()) -> None:
        self.machine.seconds += seconds
        self.machine.wrong += step
        self.watch.check()


def test_a_clock_that_is_only_slow_or_fast_is_no_step():
    watched = Watched()

    for _ in range(100):
        watched.after(1, step=timedelta(seconds=0.1))

    assert (watched.steps, watched.recovered, watched.watch.state()) == ([], [], (True, "runs evenly"))


def test_a_step_back_is_reported_and_recovered_from(caplog):
    watched = Watched()

    with caplog.at_level(logging.WARNING):
        watched.after(1, step=-HOURS)
        watched.after(5)

    assert watched.steps == ["back"]
    assert watched.recovered == [(T0 + timedelta(seconds=1_001) - HOURS, HOURS)]
    assert watched.watch.state() == (False, "was set back by 7200 s, 5 s ago")
    assert "the clock was set back by 7200 s" in caplog.text


def test_a_job_that_a_running_call_dated_wrongly_is_recovered_when_the_call_has_ended():
    watched = Watched()
    watched.after(1, step=-HOURS)

    watched.after(14)
    before = len(watched.recovered)
    watched.after(1)
    watched.after(60)

    assert (before, [by for _, by in watched.recovered]) == (1, [HOURS, HOURS])


def test_a_step_forward_is_reported_and_leaves_nothing_to_recover():
    watched = Watched()

    watched.after(1, step=HOURS)

    assert (watched.steps, watched.recovered) == (["forward"], [])
    assert watched.watch.state() == (False, "was set forward by 7200 s, 0 s ago")


def test_a_step_is_reported_for_ten_minutes():
    watched = Watched()
    watched.after(1, step=-HOURS)

    watched.after(599)
    before = watched.watch.state()
    watched.after(1)

    assert (before[0], watched.watch.state()[0]) == (False, True)


def test_a_record_that_lies_in_the_future_at_the_start_is_a_step_back():
    watched = Watched(newest=T0 + timedelta(seconds=1_000) + HOURS)

    assert watched.steps == ["back"]
    assert watched.recovered == [(T0 + timedelta(seconds=1_000), HOURS)]


@pytest.mark.parametrize("newest", [None, T0, T0 + timedelta(seconds=1_001)])
def test_a_record_that_ends_now_or_earlier_is_no_step(newest):
    assert Watched(newest=newest).steps == []


def test_a_step_while_the_database_is_absent_is_recovered_from_later():
    watched = Watched(failures=2)

    watched.after(1, step=-HOURS)
    watched.after(1)
    waiting = list(watched.recovered)
    watched.after(1)

    assert waiting == []
    assert [by for _, by in watched.recovered] == [HOURS]


@pytest.mark.parametrize(("skew", "says"), [(HOURS, "7200 s ahead of"), (-HOURS, "7200 s behind")])
def test_a_clock_that_disagrees_with_slacks_is_reported_until_it_agrees(skew, says, caplog):
    watched = Watched()
    slack = format_datetime(T0 + timedelta(seconds=1_000))
    watched.machine.wrong = skew

    with caplog.at_level(logging.INFO):
        watched.watch.compare(slack)
        watched.watch.compare(slack)
        off = watched.watch.state()
        watched.machine.wrong = timedelta(seconds=2)
        watched.watch.compare(slack)

    assert off == (False, f"this machine's clock is {says} Slack's")
    assert caplog.text.count(says) == 1
    assert watched.watch.state() == (True, "runs evenly")
    assert watched.watch.skew_seconds == 2


@pytest.mark.parametrize("header", [None, "", "yesterday", "Mon, 30 Nov 2026 21:00:00 -0000"])
def test_a_response_without_a_usable_date_changes_nothing(header):
    watched = Watched()

    watched.watch.compare(header)

    assert watched.watch.state()[0]


def test_periodic_tasks_run_at_once_after_the_clock_was_set_back():
    runs: list[int] = []
    scheduler = Scheduler([PeriodicTask("rare", HOURS, lambda: runs.append(1))])
    scheduler.start()
    try:
        scheduler.run_all(RealClock().now())
        until(lambda: runs)
    finally:
        scheduler.stop()

    assert runs == [1]
