"""The watch over this machine's clock: steps of it, a record that lies in its future, and its distance from Slack's clock.

A step back would delay what was dated before it, so it is reported, and jobs are brought forward. After a step forward
nothing waits. Knows no job; `recover` moves them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Event, Lock, Thread
from typing import Final

from bot.clock import Clock, steady_seconds
from storage.errors import Unavailable

STEP: Final = timedelta(seconds=2)
SKEW: Final = timedelta(seconds=60)
ALERT_SECONDS: Final = 600.0
# A call that was running during the step ends within this time, and may still date a job by the time before it.
_SETTLED_SECONDS: Final = 15.0
_CHECK_SECONDS: Final = 1.0
_log = logging.getLogger(__name__)


class ClockWatch:
    """Compares `clock` with `steady`, which counts seconds and cannot be set, once a second on a thread of its own.

    `recover(now, by)` is called after a step back, again until the database takes it, and once more when what was running
    during the step has ended. `newest` returns the latest time
    on the record, which shows a clock that was set back while Muster was down. `on_step` counts steps: `back` or `forward`.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        on_step: Callable[[str], None] = lambda direction: None,
        steady: Callable[[], float] = steady_seconds,
    ) -> None:
        self._clock, self._steady = clock, steady
        self._on_step = on_step
        self._recover: Callable[[datetime, timedelta], None] = lambda now, by: None
        self._offset: timedelta | None = None
        self._back = timedelta()
        self._again: tuple[float, timedelta] | None = None
        self._step: tuple[float, timedelta] | None = None
        self._skew = timedelta()
        self._lock = Lock()
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="clock-watch", daemon=True)

    def start(self, *, newest: Callable[[], datetime | None], recover: Callable[[datetime, timedelta], None]) -> None:
        """Check until `stop`, and first whether the record lies in the future."""
        self._recover = recover
        self._compare_record(newest)
        self.check()
        self._thread.start()

    def stop(self) -> None:
        """Stop checking. Does nothing if never started."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def check(self) -> None:
        """Notice a step since the last check, and recover from steps back."""
        now = self._clock.now()
        offset = now - datetime.fromtimestamp(self._steady(), now.tzinfo)
        step = offset - (self._offset if self._offset is not None else offset)
        self._offset = offset
        if abs(step) >= STEP:
            self._note(step, f"the clock was set {_direction(step)} by {abs(step).total_seconds():.0f} s")
        if self._again is not None and self._steady() >= self._again[0]:
            self._back = max(self._back, self._again[1])
        if self._back:
            self._try_to_recover(now)

    def compare(self, date_header: str | None) -> None:
        """Compare the machine's clock with the `Date` of a response of Slack."""
        try:
            theirs = parsedate_to_datetime(date_header or "")
        except ValueError:
            return
        if theirs.tzinfo is None:
            return
        skew = self._clock.now() - theirs
        with self._lock:
            was_off, self._skew = abs(self._skew) > SKEW, skew
        if abs(skew) > SKEW and not was_off:
            _log.warning("%s; every time on the record comes from it: switch on NTP", _skew_text(skew))
        if abs(skew) <= SKEW and was_off:
            _log.info("this machine's clock agrees with Slack's again")

    @property
    def skew_seconds(self) -> float:
        """How far this machine's clock was ahead of Slack's at the last response; negative if it was behind."""
        return self._skew.total_seconds()

    def state(self) -> tuple[bool, str]:
        """Return whether the clock can be relied on, and why not: off from Slack's, or set in the last ten minutes."""
        if abs(self._skew) > SKEW:
            return False, _skew_text(self._skew)
        if self._step is not None and self._steady() - self._step[0] < ALERT_SECONDS:
            at, step = self._step
            seconds = abs(step).total_seconds()
            return False, f"was set {_direction(step)} by {seconds:.0f} s, {self._steady() - at:.0f} s ago"
        return True, "runs evenly"

    def _compare_record(self, newest: Callable[[], datetime | None]) -> None:
        try:
            latest, now = newest(), self._clock.now()
        except Unavailable:
            return
        if latest is not None and latest - now >= STEP:
            ahead = latest - now
            self._note(-ahead, f"the record ends {ahead.total_seconds():.0f} s in the future: the clock was set back")

    def _note(self, step: timedelta, what: str) -> None:
        _log.warning("%s", what)
        self._step = (self._steady(), step)
        self._on_step(_direction(step))
        if step < timedelta():
            self._back = max(self._back, -step)

    def _try_to_recover(self, now: datetime) -> None:
        try:
            self._recover(now, self._back)
        except Unavailable as absent:
            _log.warning("jobs are not brought forward yet: the database is %s", absent.why)
        else:
            self._again = (self._steady() + _SETTLED_SECONDS, self._back) if self._again is None else None
            self._back = timedelta()

    def _run(self) -> None:
        while not self._stopped.wait(_CHECK_SECONDS):
            self.check()


def _direction(step: timedelta) -> str:
    return "back" if step < timedelta() else "forward"


def _skew_text(skew: timedelta) -> str:
    where = "ahead of" if skew > timedelta() else "behind"
    return f"this machine's clock is {abs(skew).total_seconds():.0f} s {where} Slack's"
