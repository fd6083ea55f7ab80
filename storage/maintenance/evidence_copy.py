"""Copies the files of evidence with a backup, and back. A file that was changed is not copied; the verification names it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from storage.files.evidence_files import EvidenceFiles, read_pieces
from storage.integrity.checks.file_check import recorded_files
from storage.store import Store

SUFFIX: Final = ".evidence"


def folder_of(backup: Path) -> Path:
    """Return the folder of a backup's files, which lies beside it."""
    return backup.with_name(backup.name + SUFFIX)


def copy_evidence(store: Store, source: EvidenceFiles, target: EvidenceFiles) -> int:
    """Copy each file that the record of a store has from one folder to another, where it is not there whole; return how many."""
    copied = 0
    for one in store.transactions.read(recorded_files):
        if target.is_whole(one.key, one.sha256) or not source.is_whole(one.key, one.sha256):
            continue
        path = source.find(one.key, one.sha256)
        if path is not None:
            with path.open("rb") as file:
                copied += target.store(one.key, read_pieces(file)).sha256 == one.sha256
    return copied
