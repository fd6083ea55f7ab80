"""A record with policies in force, its exports, and the files of an export: read, changed and verified."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

from bot.config.policy_loader import read_policy
from bot.export.bundle import Seal, write_bundle
from bot.export.checked_chain import CheckedChain
from bot.rendering.renderer import TEMPLATES
from commands.core.request import Actor, Place, Request
from commands.core.run import note_outcome, run
from incident.entry import Entry, EntryPoint, Fact, IncidentKey, Source
from incident.record.hash_chain import canonical
from roles.person_ids import PersonId, slack_person
from storage.integrity.signing_keys import Signer, new_key
from storage.store import Store
from tests.support.clock import T

SHIPPED = (TEMPLATES.parent / "policy.yaml").read_text(encoding="utf-8")


CLERK = slack_person("T1", "UCLERK")


class Office:
    """A real record, the policies that were in force on it, and a folder for exports."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.signer: Signer = new_key(folder / "key")
        self.keys = count()

    def in_force(self, text: str, at: float) -> None:
        self.policy = read_policy(text, T(at).date()).policy
        self.hash = self.store.directory.activate_policy(self.policy, text, T(at))

    def do(
        self,
        verb: str,
        at: float,
        number: str | None = None,
        *,
        actor: PersonId = CLERK,
        happened_at: float | None = None,
        **fields: Any,
    ) -> Any:
        request = Request(
            verb=verb,
            fields=fields,
            actor=Actor(id=actor, groups=frozenset({"responder"})),
            team="T1",
            place=Place(number=number),
            source=Source(surface=EntryPoint.COMMAND),
            key=f"key-{next(self.keys)}",
            at=T(at),
            occurred_at=None if happened_at is None else T(happened_at),
        )
        outcome = run(request, recorder=self.store.recorder, policy=self.policy, policy_hash=self.hash)
        assert not outcome.is_refused, outcome
        return outcome

    def note(self, key: IncidentKey, fact: Fact, at: float = 1) -> None:
        """Record a fact of Muster's own."""
        job = f"job-{next(self.keys)}"
        note_outcome(key, [fact], job=job, recorder=self.store.recorder, policy=self.policy, at=T(at))

    def entries(self, key: IncidentKey) -> list[Entry]:
        """Return the entries of an incident, in order."""
        return CheckedChain(self.store.queries, key).entries

    def export(self, key: IncidentKey, at: float) -> Path:
        made = write_bundle(
            self.store, key, out=self.folder, exported_by=CLERK, at=T(at), seal=Seal(self.signer), policy=self.policy
        )
        return made.folder


def verified(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier of an export as a reader would; the key is that of the export unless arguments are given."""
    key = json.loads((folder / "SIGNATURE.json").read_text("utf-8"))["public_key"]
    command = [sys.executable, "-I", str(folder / "verify.py"), *(arguments or ("--key", key))]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={}, timeout=60)


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "entries.jsonl").read_text("utf-8").splitlines()]


def write(folder: Path, changed: list[dict], signer: Signer | None = None) -> None:
    """Write entries back and make the manifest agree, as a skilled forger would; sign it again with a key that leaked."""
    (folder / "entries.jsonl").write_text("".join(canonical(line) + "\n" for line in changed), encoding="utf-8")
    manifest = json.loads((folder / "MANIFEST.json").read_text("utf-8"))
    manifest["entries"], manifest["head"] = len(changed), changed[-1]["hash"]
    refit(folder, manifest, signer)


def refit(folder: Path, manifest: dict[str, Any] | None = None, signer: Signer | None = None) -> None:
    """Make the manifest agree with the files; sign it again with a key."""
    manifest = manifest or json.loads((folder / "MANIFEST.json").read_text("utf-8"))
    names = sorted({path.name for path in folder.iterdir()} - {"MANIFEST.json", "SIGNATURE.json"})
    manifest["files"] = {name: size_and_digest((folder / name).read_bytes()) for name in names}
    (folder / "MANIFEST.json").write_text(canonical(manifest), encoding="utf-8")
    if signer is not None:
        signed = {"public_key": signer.public_key, "signature": signer.sign(canonical(manifest))}
        (folder / "SIGNATURE.json").write_text(canonical(signed), encoding="utf-8")


def size_and_digest(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
