"""Checks where files are stored: a container's own layer is deleted with the container. Reads only the list of mounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.cli.checks.check_result import CheckResult, note
from storage.database.engine import read_url
from storage.errors import InvalidDatabaseUrl

_MOUNTS: Final = Path("/proc/self/mountinfo")
_LAYERS: Final = frozenset({"overlay", "aufs", "fuse-overlayfs"})


def check_layers(address: str, spool: Path, mounts: Path = _MOUNTS) -> Iterator[CheckResult]:
    """Warn when the record or the spool would be deleted with the container."""
    file = _sqlite_file(address)
    if file is not None and (lies := _layer_of(file, mounts)):
        yield note(
            f"{file} is in the container's own layer ({lies}): the record is deleted with the container. Mount a volume "
            "there, or use PostgreSQL."
        )
    if lies := _layer_of(spool, mounts):
        yield note(
            f"{spool} is in the container's own layer ({lies}): requests spooled while the database is down are deleted with "
            "the container. Mount a volume, and name it in MUSTER_SPOOL."
        )


def _sqlite_file(address: str) -> Path | None:
    try:
        url = read_url(address)
    except InvalidDatabaseUrl:
        return None
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _layer_of(file: Path, mounts: Path) -> str | None:
    """Return the container layer that holds a file, or None when it is on a volume or the mounts cannot be read."""
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    places = [(line.split()[4], line.partition(" - ")[2].split()[0]) for line in lines if " - " in line]
    inside = [(place, kind) for place, kind in places if file.absolute().is_relative_to(place)]
    place, kind = max(inside, key=lambda one: len(one[0]), default=("", ""))
    return f"{kind} at {place}" if kind in _LAYERS else None
