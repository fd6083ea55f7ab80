"""Checks the spool: writable, and whether lines wait in it. Changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from bot.cli.checks.check_result import CheckResult, note, passed, wrong
from bot.spool.segment import PENDING, SUFFIX, TO_RECORD, SpoolLine, read_line
from bot.spool.spool import QUARANTINE


def check_spool(folder: Path) -> Iterator[CheckResult]:
    """Check that the spool can be written during an outage of the database, and report waiting and rejected lines."""
    existing = folder if folder.exists() else folder.absolute().parent
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        yield wrong(
            f"The spool cannot be written at {folder}, so requests are lost while the database is down: make it a folder "
            "that Muster may write in, or name another one in MUSTER_SPOOL."
        )
        return
    waiting = _waiting(folder)
    if waiting:
        records = sum(line.kind in TO_RECORD for line in waiting)
        since = min(line.at for line in waiting).strftime("%Y-%m-%d %H:%M UTC")
        yield wrong(
            f"{len(waiting)} lines wait in {folder} since {since}, {records} of them for the record: start Muster with "
            "this folder and its database, and it records them. Do not delete it."
        )
    else:
        yield passed(f"The spool {folder} is empty and can be written.")
    rejected = sum(file.read_bytes().count(b"\n") for file in (folder / QUARANTINE).glob(f"*{SUFFIX}"))
    if rejected:
        yield note(
            f"{rejected} lines in {folder / QUARANTINE} could not be recorded. Record by hand what they say, then delete them."
        )


def _waiting(folder: Path) -> list[SpoolLine]:
    lines = [line for file in sorted(folder.glob(f"*{SUFFIX}")) for line in _read_lines(file)]
    done = {(str(line.body.get("kind")), line.key) for line in lines if line.kind == "done"}
    return [line for line in lines if line.kind in PENDING and (line.kind, line.key) not in done]


def _read_lines(file: Path) -> Iterator[SpoolLine]:
    try:
        complete = file.read_bytes().split(b"\0", 1)[0].split(b"\n")[1:-1]
    except OSError:
        return
    yield from (line for part in complete if (line := read_line(part)) is not None)
