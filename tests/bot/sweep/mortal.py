"""A whole Muster in a process of its own that obeys line by line, and dies, or freezes, without a goodbye at a named point.

Run as a process: it forks one Muster for each line that gives it settings, says what came of each further line, and
when that Muster has ended says how. Time is a number in a file that the other side of the line moves. The points in the
record's transactions are put in where its recorder is opened, and so are the guards that a mutation takes out.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
import sys
import traceback
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
from storage.store import Store, open_store

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = struct.Struct("q")


class SharedClock:
    """The time that stands in a file, in microseconds. Whoever made the file moves it."""

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


class Life:
    """One Muster, from its settings to its end."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.clock = SharedClock(Path(told["clock"]))
        self._dies = killed_at(told["at"]) if told["at"] else None
        self._freezes: str = told["freezes"]
        self._log = told["log"]
        without = told["without"]

        def opened(url: str, *, team: str) -> Store:
            store = open_store(url, team=team)
            store.recorder = Reaching(store.recorder, self.reached, forgetful=without == "keys")
            return store

        settings = Settings(**{"_env_file": None, **told["settings"]})
        self.muster: Application = compose(
            settings,
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
        if self._dies is not None:
            self._dies(name)
        if self._freezes == name:
            self._freezes = ""
            os.kill(os.getpid(), signal.SIGSTOP)

    def obey(self, word: str) -> dict[str, Any]:
        """Do what one line says, and tell how many jobs that took and when the next one is due."""
        now = self.clock.now()
        if word == "checkpoint":
            enqueue_checkpoint(self.muster.store.recorder, self.muster.gateway.team, now)
        if word == "stop":
            self.muster.stop()
            return {}
        earliest = self.muster.store.jobs.next_run_at() if (done := self.muster.drain(now)) == 0 else None
        return {"done": done, "next": earliest.isoformat() if earliest else None}


def live(told: dict[str, Any]) -> None:
    """Obey until told to stop, or until killed."""
    life = Life(told)
    say({"born": os.getpid()})
    for line in sys.stdin:
        word = json.loads(line)
        said = life.obey(word)
        if word == "stop":
            return
        say(said)


def say(what: dict[str, Any]) -> None:
    os.write(1, (json.dumps(what) + "\n").encode())


def main() -> None:
    """Fork one Muster for each line; this process has no thread, so that a fork is whole."""
    for_slack().warm()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                live(json.loads(line))
                os._exit(0)
            finally:
                traceback.print_exc()
                os._exit(1)
        say({"ended": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])})


if __name__ == "__main__":
    main()
