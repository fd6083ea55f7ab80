"""Checks the files of evidence: the bytes of each that was stored, and not erased since, are in the folder as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from incident.entries.outside.evidence_items import FileErased, FileStored
from incident.entry import IncidentKey
from storage.files.evidence_files import EvidenceFiles
from storage.integrity.checks.check_report import Problem
from storage.integrity.checks.stored_cells import are_text, read_cells, shown

_KINDS: Final = f"'{FileStored.kind}', '{FileErased.kind}'"
_QUERY: Final = f"SELECT team, incident, n, kind, text FROM entry WHERE kind IN ({_KINDS}) ORDER BY team, incident, n"  # noqa: S608


@dataclass(frozen=True)
class RecordedFile:
    """A file of evidence that entry `n` stored: its item and its SHA-256."""

    key: IncidentKey
    n: int
    item: str
    sha256: str


def recorded_files(connection: Connection) -> tuple[RecordedFile, ...]:
    """Return every file that was stored and not erased. An entry that cannot be read is for the check of its chain."""
    found: dict[tuple[IncidentKey, int], RecordedFile] = {}
    for team, incident, n, kind, text in read_cells(connection, _QUERY):
        fact = _fact(text) if are_text(team, incident, text) else {}
        if fact is None or not are_text(fact.get("id")):
            continue
        key, secured = IncidentKey(team, incident), fact.get("secured")
        if type(secured) is not int:
            continue
        if kind == FileErased.kind:
            found.pop((key, secured), None)
        elif are_text(fact.get("sha256")):
            found[key, secured] = RecordedFile(key, n, str(fact["id"]), str(fact["sha256"]))
    return tuple(found.values())


def check_files(connection: Connection, files: EvidenceFiles) -> Iterator[Problem]:
    """Yield each file whose bytes were changed, and each that is not in the folder."""
    for one in recorded_files(connection):
        name = f"the file of {shown(one.item)}, SHA-256 {shown(one.sha256)[:16]}…,"
        try:
            path = files.find(one.key, one.sha256)
            if path is None:
                yield Problem(kind="truncated", key=one.key, n=one.n, what=f"{name} is not in the folder of evidence")
            elif not files.is_whole(one.key, one.sha256):
                yield Problem(
                    kind="tampered", key=one.key, n=one.n, what=f"{name} was changed in the folder of evidence"
                )
        except (OSError, ValueError) as error:
            yield Problem(
                kind="truncated", key=one.key, n=one.n, what=f"{name} cannot be read: {error.__class__.__name__}"
            )


def _fact(text: str) -> dict[str, object] | None:
    try:
        entry = json.loads(text)
    except ValueError:
        return None
    found = entry.get("facts") if isinstance(entry, dict) else None
    return found if isinstance(found, dict) else None
