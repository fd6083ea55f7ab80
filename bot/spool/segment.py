"""One file of the spool: lines of JSON behind a first line that says whose it is. Knows which lines are whole.

What follows the last whole line is nothing: zeros that were reserved before the disk was full, or what a crash tore.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import JsonValue, ValidationError

from incident.frozen import Frozen, Utc

SUFFIX: Final = ".jsonl"
ARCHIVE: Final = "archive"
_VERSION: Final = 1

Kind = Literal["capture", "request", "mark", "draft", "tell", "step", "done"]
# What waits for the record, in order; and what waits, beside it, for somebody to be told.
FOR_THE_RECORD: Final = frozenset({"capture", "request", "mark"})
WAITS: Final = FOR_THE_RECORD | {"draft", "tell"}


class SpoolLine(Frozen):
    """One line. `key` is what makes it one thing however often it comes; `body` is its maker's to read."""

    kind: Kind
    key: str
    at: Utc
    body: dict[str, JsonValue] = {}


@dataclass
class Segment:
    """One locked file. `end` is where the next line goes; `spans` are where its lines stand, the first one too."""

    path: Path
    handle: int
    end: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_bare(self) -> bool:
        """Tell whether there is nothing in it but its first line."""
        return len(self.spans) <= 1

    def put(self, data: bytes, *, surely: bool = True) -> tuple[int, int]:
        """Write a line, and return where it stands once it is on the disk, or before where nothing hangs on it."""
        written = os.pwrite(self.handle, data, self.end)
        if written != len(data):
            raise OSError(errno.ENOSPC, "the line could not be written whole")
        if surely:
            os.fdatasync(self.handle)
        span = (self.end, len(data))
        self.spans.append(span)
        self.end += len(data)
        return span

    def data(self, start: int, length: int) -> bytes:
        """Read the bytes of a line."""
        return os.pread(self.handle, length, start)

    def lines(self) -> Iterator[tuple[int, int, SpoolLine]]:
        """Give every line but the first, and where it stands."""
        for start, length in self.spans[1:]:
            line = read_line(self.data(start, length))
            if line is not None:
                yield start, length, line

    def put_away(self) -> None:
        """Replace the file by what was done of it: kinds, keys, times and digests, and none of the words."""
        kept = [
            f"{json.dumps(_wordless(line, self.data(start, length)))}\n"
            for start, length, line in self.lines()
            if line.kind in WAITS
        ]
        if kept:
            archive = self.path.parent / ARCHIVE
            archive.mkdir(exist_ok=True, mode=0o700)
            with (archive / self.path.name).open("w", encoding="ascii") as file:
                file.writelines(kept)
                file.flush()
                os.fsync(file.fileno())
        self.remove()

    def remove(self) -> None:
        """Take the file away."""
        self.path.unlink(missing_ok=True)
        os.close(self.handle)
        _sync_folder(self.path.parent)


def make(path: Path, team: str, reserved: int) -> Segment:
    """Make a file for one team, locked by this process, with room of its own on the disk."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with suppress(OSError, AttributeError):
        os.posix_fallocate(handle, 0, reserved)
    segment = Segment(path, handle)
    segment.put(json.dumps({"spool": _VERSION, "team": team}).encode() + b"\n")
    _sync_folder(path.parent)
    return segment


def take_over(path: Path, team: str) -> Segment | None:
    """Lock and read a file whose process is gone; None for one that somebody holds, or that is another team's."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return None
    segment = Segment(path, handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    if not path.exists() or not _find_lines(segment, team):
        os.close(handle)
        return None
    return segment


def read_line(data: bytes) -> SpoolLine | None:
    """Read a line; None for one that is none."""
    try:
        return SpoolLine.model_validate_json(data)
    except ValidationError:
        return None


def _find_lines(segment: Segment, team: str) -> bool:
    data = os.pread(segment.handle, os.fstat(segment.handle).st_size, 0).split(b"\0", 1)[0]
    *whole, _ = data.split(b"\n")
    try:
        theirs = json.loads(whole[0]).get("team") if whole else team
    except (ValueError, AttributeError):
        theirs = None
    for part in whole:
        segment.spans.append((segment.end, len(part) + 1))
        segment.end += len(part) + 1
    return bool(theirs == team)


def _wordless(line: SpoolLine, data: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    return {"kind": line.kind, "key": line.key, "at": line.at.isoformat(), "digest": digest}


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
