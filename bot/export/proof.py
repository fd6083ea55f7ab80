"""Writes the evidence of an export: entries, the signed checkpoint, its time stamp, the key rotations, verify.py."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from incident.entries.integrity import KeyRotated
from storage.integrity.checkpoints import Proof
from storage.integrity.rfc3161_timestamps import Timestamp
from storage.integrity.signing_keys import Signer
from storage.record.entry_rows import StoredEntryRow

VERIFIER: Final = Path(__file__).with_name("verify.py")
_README: Final = "Open index.html to read. Run `python3 verify.py` here to check every file, offline.\n"


@dataclass(frozen=True)
class Evidence:
    """The proof of an export, the signer for an unsigned checkpoint, the time stamp, and the key rotations."""

    proof: Proof
    signer: Signer | None
    stamp: Timestamp | None
    rotations: Sequence[KeyRotated]

    @property
    def public_key(self) -> str | None:
        """The public key of the signature, None without one."""
        return self.proof.public_key or (self.signer.public_key if self.signer else None)

    @property
    def signature(self) -> str | None:
        """The signature of the checkpoint's statement, None without a key."""
        return self.proof.signature or (self.signer.sign(self.proof.statement) if self.signer else None)


def write_proof(folder: Path, lines: Sequence[StoredEntryRow], evidence: Evidence) -> None:
    """Write the entries as stored, and the evidence that they are unchanged."""
    with (folder / "entries.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            words = None if line.words is None else {"salt": line.salt, "words": json.loads(line.words)}
            file.write(json.dumps({"text": line.text, "hash": line.hash, "words": words}, ensure_ascii=True) + "\n")
    proof = evidence.proof
    checkpoint = {
        "statement": proof.statement,
        "root": proof.root,
        "path": [list(step) for step in proof.path],
        "public_key": evidence.public_key,
        "signature": evidence.signature,
    }
    write_json(folder / "checkpoint.json", checkpoint)
    write_json(folder / "proof.json", proof.model_dump(mode="json"))
    if evidence.rotations:
        exported = {"statement", "signature", "countersignature"}
        write_json(folder / "keys.json", [one.model_dump(include=exported) for one in evidence.rotations])
    if evidence.stamp is not None:
        (folder / "checkpoint.txt").write_bytes(proof.statement.encode("utf-8"))
        (folder / "checkpoint.tsr").write_bytes(evidence.stamp.response)
    shutil.copyfile(VERIFIER, folder / "verify.py")
    (folder / "README.txt").write_text(_README, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=False) + "\n", encoding="utf-8")
