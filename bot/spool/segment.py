"""One file of the spool: a header that names the team, then lines of JSON. Knows which lines are complete.

Bytes after the last complete line are ignored: reserved zeros, or a line that a crash cut short.
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
# Lines to record, in order; and all lines that stay pending until they are done, notices and drafts included.
TO_RECORD: Final = frozenset({"capture", "request", "mark"})
PENDING: Final = TO_RECORD | {"draft", "tell"}


class SpoolLine(Frozen):
    """One line. `key` is its idempotency key; `body` is read by the module that wrote it."""

    kind: Kind
    key: str
    at: Utc
    body: dict[str, JsonValue] = {}


@dataclass
class Segment:
    """One locked file. `end` is the offset of the next line; `spans` are offset and length of each line, header included."""

    path: Path
    handle: int
    end: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """True if the file holds nothing but its header."""
        return len(self.spans) <= 1

    def put(self, data: bytes, *, sync: bool = True) -> tuple[int, int]:
        """Write a line and return its offset and length; with `sync`, once it is on the disk."""
        written = os.pwrite(self.handle, data, self.end)
        if written != len(data):
            raise OSError(errno.ENOSPC, "the line could not be written whole")
        if sync:
            os.fdatasync(self.handle)
        span = (self.end, len(data))
        self.spans.append(span)
        self.end += len(data)
        return span

    def data(self, start: int, length: int) -> bytes:
        """Return the bytes of a line."""
        return os.pread(self.handle, length, start)

    def lines(self) -> Iterator[tuple[int, int, SpoolLine]]:
        """Yield offset, length and content of every line but the header."""
        for start, length in self.spans[1:]:
            line = read_line(self.data(start, length))
            if line is not None:
                yield start, length, line

    def archive(self) -> None:
        """Replace the file by an archive of its done lines: kinds, keys, times and digests, without any text."""
        kept = [
            f"{json.dumps(_textless(line, self.data(start, length)))}\n"
            for start, length, line in self.lines()
            if line.kind in PENDING
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
        """Delete the file."""
        self.path.unlink(missing_ok=True)
        os.close(self.handle)
        _sync_folder(self.path.parent)


def create(path: Path, team: str, reserved: int) -> Segment:
    """Create a file for one team, locked by this process, with space reserved on the disk."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with suppress(OSError, AttributeError):
        os.posix_fallocate(handle, 0, reserved)
    segment = Segment(path, handle)
    segment.put(json.dumps({"spool": _VERSION, "team": team}).encode() + b"\n")
    _sync_folder(path.parent)
    return segment


def adopt(path: Path, team: str) -> Segment | None:
    """Lock and read the file of a process that is gone; None if a process holds it, or if it is another team's."""
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
    if not path.exists() or not _index_lines(segment, team):
        os.close(handle)
        return None
    return segment


def read_line(data: bytes) -> SpoolLine | None:
    """Parse a line; None if it is not one."""
    try:
        return SpoolLine.model_validate_json(data)
    except ValidationError:
        return None


def _index_lines(segment: Segment, team: str) -> bool:
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


def _textless(line: SpoolLine, data: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    return {"kind": line.kind, "key": line.key, "at": line.at.isoformat(), "digest": digest}


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
