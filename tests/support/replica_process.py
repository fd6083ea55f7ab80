"""`muster run` as one of several, whose time can be moved, whose leases are short and whose crons strike every second.

Run as a process; where a test needs none of that it runs `muster run` itself. The time is the machine's, ahead by what
is in a file that all replicas and the pretend workspace share.
"""

from __future__ import annotations

import mmap
import os
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.bootstrap.application import Application
from bot.bootstrap.composition import compose
from bot.bootstrap.startup import Startup
from bot.cli.run_command import serve
from bot.config.settings import Settings
from bot.scheduler import TICK, PeriodicTask, Scheduler, enqueue_checkpoint, enqueue_daily
from bot.worker.handlers.integrity_jobs import DAILY

_AHEAD = struct.Struct("q")


class AheadClock:
    """The machine's time and as many microseconds more as stand in a file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_AHEAD.pack(0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _AHEAD.size)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(microseconds=_AHEAD.unpack(self._map[:])[0])

    def advance(self, by: timedelta) -> None:
        """Move ahead, for everybody at once."""
        self._map[:] = _AHEAD.pack(_AHEAD.unpack(self._map[:])[0] + by // timedelta(microseconds=1))


def put_together(settings: Settings, startup: Startup) -> Application:
    """Build a Muster on that clock, and beside it what strikes every second and is still to be done once a period."""
    clock = AheadClock(Path(os.environ["REPLICA_CLOCK"]))
    seconds = int(os.environ["REPLICA_CALL_SECONDS"])
    muster = compose(settings, clock=clock, call_seconds=seconds, startup=startup)
    recorder, team = muster.store.recorder, muster.gateway.team
    Scheduler(
        [
            PeriodicTask("each minute", TICK, lambda: enqueue_checkpoint(recorder, team, clock.now())),
            PeriodicTask("each day", TICK, lambda: enqueue_daily(recorder, team, DAILY, clock.now())),
        ]
    ).start()
    return muster


if __name__ == "__main__":
    raise SystemExit(serve(put_together))
