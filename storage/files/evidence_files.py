"""The bytes of evidence on disk: one folder for each incident, one file for each content, named by its SHA-256.

An incident's files lie apart from every other's, so that they go with it. A file is written beside its place, flushed to
the disk, and put there in one step: what has its name is whole.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from incident.entry import IncidentKey

MOST_BYTES: Final = 250 * 1024 * 1024
ANY_SIZE: Final = 2**63
_PIECE: Final = 1024 * 1024
_SAFE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class FileTooLarge(Exception):  # noqa: N818 - named after the condition
    """The file has more bytes than are stored; what was written of it is gone."""


@dataclass(frozen=True)
class StoredFile:
    """A content that was stored: its SHA-256 in hex, and its size in bytes."""

    sha256: str
    size: int


class EvidenceFiles:
    """The files of all incidents below one folder. `most_bytes` is the largest file that is stored."""

    def __init__(self, folder: Path = Path("muster-evidence"), most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self.most_bytes = most_bytes

    def open(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        """Use another folder from now on."""
        self.folder, self.most_bytes = folder, most_bytes

    def store(self, key: IncidentKey, pieces: Iterable[bytes]) -> StoredFile:
        """Store the content that comes in pieces, which is never in memory as a whole. Raises FileTooLarge, OSError."""
        folder = self._of(key)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=".unfinished-", dir=folder)
        unfinished = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                stored = self._write(file.write, pieces)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(folder / stored.sha256)
        finally:
            unfinished.unlink(missing_ok=True)
        return stored

    def _write(self, write: Callable[[bytes], int], pieces: Iterable[bytes]) -> StoredFile:
        digest, size = sha256(), 0
        for piece in pieces:
            size += len(piece)
            if size > self.most_bytes:
                raise FileTooLarge
            digest.update(piece)
            write(piece)
        return StoredFile(digest.hexdigest(), size)

    def find(self, key: IncidentKey, digest: str) -> Path | None:
        """Return where a content of an incident lies, None if it is not there."""
        path = self._of(key) / digest if _SAFE.fullmatch(digest) else None
        return path if path is not None and path.is_file() else None

    def copy(self, key: IncidentKey, digest: str, to: Path) -> bool:
        """Copy a content to a file; False, and no file, if it is not there or is not what was stored."""
        path = self.find(key, digest)
        if path is None:
            return False
        found = sha256()
        with path.open("rb") as source, to.open("wb") as target:
            for piece in read_pieces(source):
                found.update(piece)
                target.write(piece)
        if found.hexdigest() != digest:
            to.unlink()
        return found.hexdigest() == digest

    def is_whole(self, key: IncidentKey, digest: str) -> bool:
        """True if a content is there and is what was stored."""
        path = self.find(key, digest)
        if path is None:
            return False
        found = sha256()
        with path.open("rb") as source:
            for piece in read_pieces(source):
                found.update(piece)
        return found.hexdigest() == digest

    def erase(self, key: IncidentKey, digest: str) -> None:
        """Erase a content of an incident, if it is there."""
        path = self.find(key, digest)
        if path is not None:
            path.unlink()
            with suppress(OSError):
                path.parent.rmdir()

    def erase_incidents(self, team: str, incidents: Iterable[str]) -> tuple[str, ...]:
        """Erase every file of these incidents, and return those that had any."""
        found = [one for one in incidents if self._of(IncidentKey(team, one)).is_dir()]
        for one in found:
            shutil.rmtree(self._of(IncidentKey(team, one)))
        return tuple(found)

    def _of(self, key: IncidentKey) -> Path:
        if not _SAFE.fullmatch(key.team) or not _SAFE.fullmatch(key.id):
            raise ValueError("no folder has the name of this incident")
        return self.folder / key.team / key.id


def read_pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces."""
    while piece := file.read(_PIECE):
        yield piece
