"""A scenario for the failpoint runner: a whole Muster that obeys line by line and is killed, or stopped, at a failpoint.

The time is a number in a file that the test moves. The failpoints in the record's transactions are put in where its recorder
is opened. `without` disables one guard, to show that the tests would notice.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot.bootstrap.application import Application
from bot.bootstrap.composition import CALL_SECONDS, compose
from bot.config.settings import Settings
from bot.failpoints import Failpoint, killed_at
from bot.rendering.renderer import for_slack
from bot.scheduler import enqueue_checkpoint
from bot.slack.client.sent_lookup import SentLookup
from bot.worker.leases import Lease
from incident.ports import Outcome, Reader, Recorder, UnitOfWork
from storage.errors import Unavailable
from storage.store import Store, open_store
from tests.support.failpoint_runner import say

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = struct.Struct("q")


class SharedClock:
    """A clock whose time is a number of microseconds in a file, so that several processes share it."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_MOMENT.pack(0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _MOMENT.size)

    def now(self) -> datetime:
        return _EPOCH + timedelta(microseconds=_MOMENT.unpack(self._map[:])[0])

    def set(self, at: datetime) -> None:
        """Move to a moment; one that is already past changes nothing."""
        self._map[:] = _MOMENT.pack((max(at, self.now()) - _EPOCH) // timedelta(microseconds=1))


class Forgetful:
    """A unit of work that recognises nothing it has seen before."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def remembered(self, key: str) -> Outcome | None:
        return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)


class Reaching:
    """A recorder that says when a transaction is about to be committed and when it was, by the name of its door."""

    def __init__(self, inner: Recorder, reached: Failpoint, *, forgetful: bool) -> None:
        self._inner, self._reached, self._forgetful = inner, reached, forgetful

    def transact(self, work: Callable[[UnitOfWork], T], *, first: bool = True) -> T:
        door = work.__qualname__.partition(".<locals>")[0]

        def watched(unit: UnitOfWork) -> T:
            done = work(Forgetful(unit) if self._forgetful else unit)  # type: ignore[arg-type]
            self._reached(f"{door}:before_commit")
            return done

        done = self._inner.transact(watched, first=first)
        self._reached(f"{door}:committed")
        return done

    def read(self, work: Callable[[Reader], T]) -> T:
        return self._inner.read(work)


class Unfenced(Lease):
    """A lease that is never judged to have ended."""

    def covers_a_call(self, *_: object) -> bool:
        return True

    def is_held(self, *_: object) -> bool:
        return True


class ObedientMuster:
    """A whole Muster that does jobs only when told to."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.clock = SharedClock(Path(settings["clock"]))
        self._kill = killed_at(settings["point"]) if settings["point"] else None
        self._stop_at: str = settings["stop_at"]
        self._log = settings["log"]
        without = settings["without"]

        def opened(url: str, *, team: str) -> Store:
            store = open_store(url, team=team)
            store.recorder = Reaching(store.recorder, self.reached, forgetful=without == "keys")
            return store

        # The names of these settings are the policy's, so that they are read from the environment alone.
        os.environ.update(settings.get("recipients", {}))
        environment = Settings(**{"_env_file": None, **settings["environment"]})
        self.muster: Application = compose(
            environment,
            clock=self.clock,
            reached=self.reached,
            opened=opened,
        )
        worker = self.muster.worker
        # One job at a time, so that the points come in the same order each time.
        worker._threads = 1
        if without == "metadata":
            SentLookup.message = lambda *_: None  # type: ignore[method-assign]
        if without == "fence":
            worker._leases.hold = lambda claimed: Unfenced(claimed, CALL_SECONDS)  # type: ignore[method-assign]
        self.muster.listen()

    def reached(self, name: str) -> None:
        if self._log:
            with open(self._log, "a", encoding="utf-8") as log:
                log.write(f"{name}\n")
        if self._kill is not None:
            self._kill(name)
        if self._stop_at == name:
            self._stop_at = ""
            os.kill(os.getpid(), signal.SIGSTOP)

    def obey(self, word: str) -> dict[str, Any]:
        """Obey one word; return how many jobs were done and when the next is due."""
        now = self.clock.now()
        if word == "checkpoint":
            enqueue_checkpoint(self.muster.store.recorder, self.muster.gateway.team, now)
        if word == "stop":
            self.muster.stop()
            return {}
        try:
            earliest = self.muster.store.jobs.next_run_at() if (done := self.muster.drain(now)) == 0 else None
        except Unavailable:  # As in the worker's loop: a stopped process may hold a lock until the database frees it.
            return {"done": 0, "next": now.isoformat()}
        return {"done": done, "next": earliest.isoformat() if earliest else None}


def scenario(settings: dict[str, Any]) -> None:
    """Serve the pretend workspace and obey one word a line, until told to stop, or until killed."""
    muster = ObedientMuster(settings)
    say({"listens": True})
    for line in sys.stdin:
        word = json.loads(line)
        done = muster.obey(word)
        if word == "stop":
            return
        say(done)


def warm() -> None:
    """Compile the templates before the fork."""
    for_slack().warm()
