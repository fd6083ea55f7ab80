"""The spool: what was acknowledged while the database was absent, in files that outlive a crash. Knows no incident.

Each line is on the disk before it is acknowledged. A process writes one file of its own, which it keeps locked; the
files of a process that died are taken over. What is done is marked, and once everything is done the files go, leaving
what was done and when, without a word of it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Final

from ulid import ULID

from bot.failpoints import Failpoint, no_failpoint
from bot.spool.segment import (
    ARCHIVE,
    FOR_THE_RECORD,
    SUFFIX,
    WAITS,
    Kind,
    Segment,
    SpoolLine,
    make,
    read_line,
    take_over,
)

MOST_BYTES: Final = 32 * 1024 * 1024
# Room that is ours before the disk is full; without it a full disk would take the spool down with the database.
RESERVED: Final = 4 * 1024 * 1024
ASIDE: Final = "aside"
_KEPT_FILES: Final = 50


class SpoolFull(Exception):  # noqa: N818 - named for what is so
    """The spool has grown as large as it may: nothing more is acknowledged."""


@dataclass(frozen=True)
class SpooledRecord:
    """Where a line stands that is not done yet."""

    segment: Segment
    start: int
    length: int
    kind: Kind
    key: str


class Spool:
    """The spool of one team in one folder. Every call may come from any thread.

    `reached` is told after each line; tests stop the process there.
    """

    def __init__(
        self,
        folder: Path,
        team: str,
        *,
        most: int = MOST_BYTES,
        reserved: int = RESERVED,
        reached: Failpoint = no_failpoint,
    ) -> None:
        self.folder = folder
        self._team = team
        self._most = most
        self._reserved = reserved
        self._reached = reached
        self._lock = RLock()
        self._held: list[Segment] = []
        self._own: Segment | None = None
        self._waiting: dict[tuple[str, str], SpooledRecord] = {}
        self._steps: dict[str, list[SpoolLine]] = {}

    def prepare(self, now: datetime) -> None:
        """Take over what a process that died left here, and make room for lines of our own."""
        with self._lock:
            self._take_over()
            self._begun(now)

    def append(self, line: SpoolLine) -> bool:
        """Keep a line for good; False when one of its kind and key is waiting already."""
        with self._lock:
            if line.kind in WAITS and (line.kind, line.key) in self._waiting:
                return False
            self._write(line)
            return True

    def append_to_backlog(self, line: SpoolLine) -> bool:
        """Keep a line if others wait for the record, so that it does not overtake them; False when none does."""
        with self._lock:
            if not self._has_backlog():
                return False
            self.append(line)
            return True

    def has_backlog(self) -> bool:
        """Tell whether anything waits for the record."""
        with self._lock:
            return self._has_backlog()

    def waiting(self) -> Sequence[SpooledRecord]:
        """Give what is not done, in the order in which it came."""
        with self._lock:
            return tuple(self._waiting.values())

    def read(self, waiting: SpooledRecord) -> SpoolLine | None:
        """Read a waiting line; None when it is no longer readable."""
        with self._lock:
            return read_line(waiting.segment.data(waiting.start, waiting.length))

    def steps(self, key: str) -> Sequence[SpoolLine]:
        """Give the steps that were taken for a line, in order."""
        with self._lock:
            return tuple(self._steps.get(key, ()))

    def done(self, waiting: SpooledRecord, now: datetime) -> None:
        """Mark a line as done."""
        with self._lock:
            self._write(SpoolLine(kind="done", key=waiting.key, at=now, body={"kind": waiting.kind}))

    def set_aside(self, waiting: SpooledRecord, now: datetime) -> None:
        """Take a line that cannot be recorded out of the way of the others, and keep it for somebody to look at."""
        with self._lock:
            aside = self.folder / ASIDE
            aside.mkdir(exist_ok=True, mode=0o700)
            with (aside / waiting.segment.path.name).open("ab") as file:
                file.write(waiting.segment.data(waiting.start, waiting.length))
                file.flush()
                os.fsync(file.fileno())
            self.done(waiting, now)

    def finish(self, now: datetime) -> bool:
        """Put the files away once nothing waits; False when something does, or when there was nothing."""
        with self._lock:
            if self._waiting or all(one.is_bare for one in self._held):
                return False
            own, self._own, self._steps = self._own, None, {}
            held, self._held = self._held, []
            # Ours goes last: it says what was done of the others.
            for segment in sorted(held, key=lambda one: (one is own, one.path.name)):
                segment.put_away()
            for old in sorted((self.folder / ARCHIVE).glob(f"*{SUFFIX}"))[:-_KEPT_FILES]:
                old.unlink(missing_ok=True)
            self._begun(now)
            return True

    def find(self, kind: Kind, key: str) -> SpooledRecord | None:
        """Find the waiting line of a kind and key."""
        with self._lock:
            return self._waiting.get((kind, key))

    def count(self, kind: str | None = None) -> int:
        """Count what waits, of all kinds or of one."""
        with self._lock:
            return len(self._waiting) if kind is None else sum(one.kind == kind for one in self._waiting.values())

    def aside(self) -> int:
        """Count the lines that could not be recorded and are kept for somebody to look at."""
        return sum(file.read_bytes().count(b"\n") for file in (self.folder / ASIDE).glob(f"*{SUFFIX}"))

    def close(self) -> None:
        """Let go of the files; one that holds nothing is removed."""
        with self._lock:
            for segment in self._held:
                if segment.is_bare:
                    segment.remove()
                else:
                    os.close(segment.handle)
            self._held, self._own = [], None

    def _has_backlog(self) -> bool:
        return any(kind in FOR_THE_RECORD for kind, _ in self._waiting)

    def _begun(self, now: datetime) -> Segment:
        if self._own is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._own = make(self.folder / f"{ULID.from_datetime(now)}{SUFFIX}", self._team, self._reserved)
            self._held.append(self._own)
        return self._own

    def _write(self, line: SpoolLine) -> None:
        segment = self._begun(line.at)
        data = line.model_dump_json().encode("utf-8", "replace") + b"\n"
        if sum(one.end for one in self._held) + len(data) > self._most and line.kind in WAITS:
            raise SpoolFull(f"the spool holds {self._most} bytes and takes no more")
        # Without its mark a line is done again, under the same key, and changes nothing.
        self._note(segment, *segment.put(data, surely=line.kind != "done"), line)
        self._reached(f"spool:{line.kind}:after")

    def _note(self, segment: Segment, start: int, length: int, line: SpoolLine) -> None:
        if line.kind == "done":
            self._waiting.pop((str(line.body.get("kind")), line.key), None)
        elif line.kind == "step":
            self._steps.setdefault(line.key, []).append(line)
        else:
            self._waiting[line.kind, line.key] = SpooledRecord(segment, start, length, line.kind, line.key)

    def _take_over(self) -> None:
        """Take over the files of this team whose process is gone; what was left there came before what came since."""
        ours = {one.path for one in self._held}
        found = sorted(path for path in self.folder.glob(f"*{SUFFIX}") if path not in ours)
        taken = [segment for path in found if (segment := take_over(path, self._team)) is not None]
        newer, self._waiting = self._waiting, {}
        for segment in taken:
            for start, length, line in segment.lines():
                self._note(segment, start, length, line)
        self._held = [*taken, *self._held]
        self._waiting |= newer
