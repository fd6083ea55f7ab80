"""The spool: payloads acknowledged while the database was absent, in files that survive a crash. Knows no incident.

Each line is on the disk before it is acknowledged. A process writes one file of its own, which it keeps locked; the
files of a process that died are adopted. Lines are marked when they are done. Once all are, the files are replaced by an
archive of kinds, keys, times and digests, without any text.
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
    PENDING,
    SUFFIX,
    TO_RECORD,
    Kind,
    Segment,
    SpoolLine,
    adopt,
    create,
    read_line,
)

MOST_BYTES: Final = 32 * 1024 * 1024
# Space reserved beforehand: a disk that fills up would otherwise stop the spool together with the database.
RESERVED: Final = 4 * 1024 * 1024
QUARANTINE: Final = "aside"
_KEPT_FILES: Final = 50


class SpoolFull(Exception):  # noqa: N818 - named for the state
    """The spool has reached its maximum size: nothing more is acknowledged."""


@dataclass(frozen=True)
class PendingLine:
    """The position of a line that is not done yet."""

    segment: Segment
    start: int
    length: int
    kind: Kind
    key: str


class Spool:
    """The spool of one team in one folder. Every call may come from any thread.

    `reached` is called at the failpoint after each line.
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
        self._segments: list[Segment] = []
        self._own: Segment | None = None
        self._pending: dict[tuple[str, str], PendingLine] = {}
        self._steps: dict[str, list[SpoolLine]] = {}

    def prepare(self, now: datetime) -> None:
        """Adopt the files of processes that died, and reserve space for new lines."""
        with self._lock:
            self._adopt_orphans()
            self._own_segment(now)

    def append(self, line: SpoolLine) -> bool:
        """Write a line to disk; False when a line of its kind and key is pending already."""
        with self._lock:
            if line.kind in PENDING and (line.kind, line.key) in self._pending:
                return False
            self._write(line)
            return True

    def append_to_backlog(self, line: SpoolLine) -> bool:
        """Write a line if others are to be recorded before it; False when there is no backlog."""
        with self._lock:
            if not self._has_backlog():
                return False
            self.append(line)
            return True

    def has_backlog(self) -> bool:
        """True if any line is still to be recorded."""
        with self._lock:
            return self._has_backlog()

    def pending(self) -> Sequence[PendingLine]:
        """Return the lines that are not done, in the order of their arrival."""
        with self._lock:
            return tuple(self._pending.values())

    def read(self, pending: PendingLine) -> SpoolLine | None:
        """Return the content of a pending line; None when it cannot be read any more."""
        with self._lock:
            return read_line(pending.segment.data(pending.start, pending.length))

    def steps(self, key: str) -> Sequence[SpoolLine]:
        """Return the steps that were recorded for a request, in order."""
        with self._lock:
            return tuple(self._steps.get(key, ()))

    def mark_done(self, pending: PendingLine, now: datetime) -> None:
        """Mark a line as done."""
        with self._lock:
            self._write(SpoolLine(kind="done", key=pending.key, at=now, body={"kind": pending.kind}))

    def quarantine(self, pending: PendingLine, now: datetime) -> None:
        """Move a line that cannot be recorded into the quarantine folder, where an operator finds it."""
        with self._lock:
            folder = self.folder / QUARANTINE
            folder.mkdir(exist_ok=True, mode=0o700)
            with (folder / pending.segment.path.name).open("ab") as file:
                file.write(pending.segment.data(pending.start, pending.length))
                file.flush()
                os.fsync(file.fileno())
            self.mark_done(pending, now)

    def archive(self, now: datetime) -> bool:
        """Archive the files once nothing is pending; False when something is, or when there was nothing."""
        with self._lock:
            if self._pending or all(one.is_empty for one in self._segments):
                return False
            own, self._own, self._steps = self._own, None, {}
            held, self._segments = self._segments, []
            # Our own file goes last: its marks say which lines of the others are done.
            for segment in sorted(held, key=lambda one: (one is own, one.path.name)):
                segment.archive()
            for old in sorted((self.folder / ARCHIVE).glob(f"*{SUFFIX}"))[:-_KEPT_FILES]:
                old.unlink(missing_ok=True)
            self._own_segment(now)
            return True

    def find(self, kind: Kind, key: str) -> PendingLine | None:
        """Return the pending line of a kind and key."""
        with self._lock:
            return self._pending.get((kind, key))

    def count(self, kind: str | None = None) -> int:
        """Count the pending lines, of all kinds or of one."""
        with self._lock:
            return len(self._pending) if kind is None else sum(one.kind == kind for one in self._pending.values())

    def quarantined(self) -> int:
        """Count the lines in quarantine."""
        return sum(file.read_bytes().count(b"\n") for file in (self.folder / QUARANTINE).glob(f"*{SUFFIX}"))

    def close(self) -> None:
        """Release the files, and delete the empty ones."""
        with self._lock:
            for segment in self._segments:
                if segment.is_empty:
                    segment.remove()
                else:
                    os.close(segment.handle)
            self._segments, self._own = [], None

    def _has_backlog(self) -> bool:
        return any(kind in TO_RECORD for kind, _ in self._pending)

    def _own_segment(self, now: datetime) -> Segment:
        if self._own is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._own = create(self.folder / f"{ULID.from_datetime(now)}{SUFFIX}", self._team, self._reserved)
            self._segments.append(self._own)
        return self._own

    def _write(self, line: SpoolLine) -> None:
        segment = self._own_segment(line.at)
        data = line.model_dump_json().encode("utf-8", "replace") + b"\n"
        if sum(one.end for one in self._segments) + len(data) > self._most and line.kind in PENDING:
            raise SpoolFull(f"the spool holds {self._most} bytes and takes no more")
        # A line that loses its mark is recorded again under the same key, which changes nothing.
        self._index(segment, *segment.put(data, sync=line.kind != "done"), line)
        self._reached(f"spool:{line.kind}:after")

    def _index(self, segment: Segment, start: int, length: int, line: SpoolLine) -> None:
        if line.kind == "done":
            self._pending.pop((str(line.body.get("kind")), line.key), None)
        elif line.kind == "step":
            self._steps.setdefault(line.key, []).append(line)
        else:
            self._pending[line.kind, line.key] = PendingLine(segment, start, length, line.kind, line.key)

    def _adopt_orphans(self) -> None:
        """Adopt the files of this team whose process is gone. Their lines are older than those of this process."""
        ours = {one.path for one in self._segments}
        found = sorted(path for path in self.folder.glob(f"*{SUFFIX}") if path not in ours)
        taken = [segment for path in found if (segment := adopt(path, self._team)) is not None]
        newer, self._pending = self._pending, {}
        for segment in taken:
            for start, length, line in segment.lines():
                self._index(segment, start, length, line)
        self._segments = [*taken, *self._segments]
        self._pending |= newer
