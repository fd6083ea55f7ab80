"""Writes the evidence of an export: entries, the checkpoint, its time stamp, the key rotations, verify.py, the manifest.

docs/explanation/trust.md has the format. Every file is named in the manifest with its size and digest, and the
signature is over the manifest, so that it covers every byte of the export.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any, Final

from incident.entries.integrity import KeyRotated
from incident.entries.outside.evidence_items import FileSecured, FileStored
from incident.entry import Entry, IncidentKey
from incident.frozen import clean
from incident.record.hash_chain import canonical
from roles.person_ids import PersonId
from storage.files.evidence_files import EvidenceFiles
from storage.integrity.checkpoints import Proof
from storage.integrity.rfc3161_timestamps import Timestamp
from storage.integrity.signing_keys import Signer
from storage.record.entry_rows import StoredEntryRow

FORMAT: Final = "muster-export/2"
# An older verifier does not know the files of evidence, and says so.
FORMAT_WITH_FILES: Final = "muster-export/3"
_SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,8}")
VERIFIER: Final = Path(__file__).with_name("verify.py")
_README: Final = """\
Open index.html to read.

To check every file, offline, with nothing but Python:

    python3 verify.py --key KEY

KEY is the public key of the organisation that made this export; get it, and a copy of verify.py, by another way than
this folder. Add or change nothing in here: the check finds it. The format is in docs/explanation/trust.md of Muster.
"""


@dataclass(frozen=True)
class Evidence:
    """The proof of an export, the signer, the time stamp of its checkpoint, and the key rotations."""

    proof: Proof
    signer: Signer | None
    stamp: Timestamp | None
    rotations: Sequence[KeyRotated]

    @property
    def signed_proof(self) -> Proof:
        """The proof; a checkpoint that was not signed when it was taken is signed now, if there is a key."""
        if self.signer is None or self.proof.public_key is not None:
            return self.proof
        signature = self.signer.sign(self.proof.statement)
        return self.proof.model_copy(update={"public_key": self.signer.public_key, "signature": signature})


def write_proof(folder: Path, lines: Iterable[StoredEntryRow], evidence: Evidence) -> None:
    """Write the entries as stored, and the evidence that they are unchanged."""
    with (folder / "entries.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{_line(line)}\n" for line in lines)
    write_canonical(folder / "proof.json", evidence.signed_proof.model_dump(mode="json"))
    if evidence.rotations:
        exported = {"statement", "signature", "countersignature"}
        write_canonical(folder / "keys.json", [one.model_dump(include=exported) for one in evidence.rotations])
    if evidence.stamp is not None:
        (folder / "checkpoint.txt").write_bytes(evidence.proof.statement.encode("utf-8"))
        (folder / "checkpoint.tsr").write_bytes(evidence.stamp.response)
    shutil.copyfile(VERIFIER, folder / "verify.py")
    (folder / "README.txt").write_text(_README, encoding="utf-8", newline="\n")


def _line(row: StoredEntryRow) -> str:
    """Return the canonical form of an entry; its texts are stored in theirs."""
    gone = row.words is None or row.salt is None
    words = "null" if gone else f'{{"salt":{encode_basestring(str(row.salt))},"words":{row.words}}}'
    return f'{{"hash":"{row.hash}","text":{encode_basestring(row.text)},"words":{words}}}'


def write_evidence_files(
    folder: Path, key: IncidentKey, entries: Iterable[Entry], hidden: Collection[int], files: EvidenceFiles
) -> dict[int, str]:
    """Copy the stored files that are evidence into the folder, and return the name of each by the entry that secured it.

    A file whose entry is hidden or redacted is left out, and so is one that is not what was stored: the register shows both.
    """
    secured = {entry.n: entry.fact for entry in entries if isinstance(entry.fact, FileSecured)}
    written = {}
    for entry in entries:
        fact = entry.fact
        if not isinstance(fact, FileStored) or fact.secured in hidden or fact.secured not in secured:
            continue
        suffix = Path(secured[fact.secured].name).suffix.lower()
        name = f"evidence-{fact.id}-{fact.secured}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
        if files.copy(key, fact.sha256, folder / name):
            written[fact.secured] = name
    return written


def write_manifest(folder: Path, heading: dict[str, Any], evidence: Evidence, *, has_files: bool = False) -> None:
    """Write the manifest of all files in the folder, and its signature if there is a key."""
    proof = evidence.proof
    manifest = {
        "format": FORMAT_WITH_FILES if has_files else FORMAT,
        **heading,
        "checkpoint": {"root": proof.root, "seq": proof.seq},
        "entries": proof.leaf.n,
        "files": {path.name: _size_and_digest(path) for path in sorted(folder.iterdir())},
        "head": proof.leaf.head,
        "incident": proof.leaf.key.id,
        "team": proof.leaf.key.team,
    }
    write_canonical(folder / "MANIFEST.json", manifest)
    if evidence.signer is not None:
        signature = evidence.signer.sign((folder / "MANIFEST.json").read_text("utf-8"))
        signed = {"public_key": evidence.signer.public_key, "signature": signature}
        write_canonical(folder / "SIGNATURE.json", signed)


def _size_and_digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


def write_people(path: Path, names: Mapping[PersonId, str]) -> None:
    """Write the names that the page and the record show, each with its id."""
    write_canonical(path, [{"id": clean(person), "name": clean(name)} for person, name in sorted(names.items())])


def write_canonical(path: Path, value: Any) -> None:
    """Write a value in its canonical form, which can be read in one way only."""
    path.write_bytes(canonical(value).encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON, for people."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
